"""A PyTorch model in training: Adam on cross-entropy mixed with a teacher's soft labels, as in ``_keras_fit``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.training._augment import Examples
from edgeflow.training._fit import Lesson, Logits, Masks, Task
from edgeflow.training._torch import Network, as_stored, logits_of, shaped, torch, weighted
from edgeflow.training._torch_widths import FreeWidths

F = torch.nn.functional


class TorchLearner:
    def __init__(self, model: Network, task: Task, lesson: Lesson | None = None, masks: Masks | None = None):
        self._model, self._task, self._lesson = model, task, lesson
        self._hint = Hint(model, lesson) if lesson and lesson.features is not None else None
        parameters = [*model.parameters(), *([self._hint.map] if self._hint else [])]
        self._optimizer = torch.optim.Adam(parameters, eps=1e-7)  # Keras's epsilon
        self._masks: dict[str, torch.Tensor] = {}
        self.mask(masks or {})
        self._y = torch.from_numpy(task.examples.y)
        self._teacher = torch.from_numpy(lesson.logits) if lesson else None
        self._draw = Drawing(model, task.examples)

    def run_epoch(self, order: NDArray[np.int32], learning_rate: float, share: float) -> float:
        self._model.train()
        self._share = share
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
        return float(np.mean([self._step(torch.from_numpy(rows.astype(np.int64))) for rows in order]))

    def mask(self, masks: Masks) -> None:
        layers = weighted(self._model)
        self._masks |= {name: as_stored(mask.astype(np.float32), layers[name]) for name, mask in masks.items()}
        self._keep_zeros()

    def _keep_zeros(self) -> None:
        layers = weighted(self._model) if self._masks else {}
        with torch.no_grad():
            for name, mask in self._masks.items():
                layers[name].weight.mul_(mask)

    def validate(self) -> Logits:
        return logits_of(self._model, self._task.x_validation)

    def snapshot(self) -> dict[str, torch.Tensor]:
        return {name: tensor.clone() for name, tensor in self._model.state_dict().items()}

    def restore(self, snapshot: dict[str, torch.Tensor]) -> None:
        self._model.load_state_dict(snapshot)

    def _step(self, rows: torch.Tensor) -> float:
        self._optimizer.zero_grad()
        hidden, logits = self._model.ends(self._draw(rows))
        loss = self._loss(logits, rows)
        if self._hint:
            loss = loss + self._hint.loss(hidden, rows)
        if isinstance(self._model, FreeWidths):
            loss = loss + self._model.penalty()
        loss.backward()
        self._optimizer.step()
        self._keep_zeros()
        return loss.item()

    def _loss(self, logits: torch.Tensor, rows: torch.Tensor) -> Any:
        labels = self._y[rows % len(self._y)]
        hard = F.cross_entropy(logits, labels, ignore_index=-1) if (labels >= 0).any() else torch.zeros(())
        if self._lesson is None or self._teacher is None:
            return hard
        lesson = self._lesson
        soft = soft_loss(logits, self._teacher[rows], lesson.temperature)
        return (1 - self._share) * hard + self._share * soft


class Hint:
    """The teacher's hidden activations, as a linear map finds them in the student's last hidden layer."""

    def __init__(self, model: Network, lesson: Lesson):
        assert lesson.features is not None
        inputs, values = list(model)[-1].in_features, lesson.features.shape[1]
        start = np.random.default_rng(0).normal(0, 1 / np.sqrt(inputs), (inputs, values)).astype(np.float32)
        self.map = torch.nn.Parameter(torch.from_numpy(start))
        self._features, self._weight = torch.from_numpy(lesson.features), lesson.feature_weight

    def loss(self, hidden: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        return self._weight * F.mse_loss(hidden @ self.map, self._features[rows])


class Drawing:
    """Makes the samples of some rows, as the model takes them."""

    def __init__(self, model: Network, examples: Examples):
        self._examples, self._shape = examples, model.shape
        self._x = shaped(examples.x, examples.shape if examples.pixels else model.shape)
        if examples.pixels:
            self._x = F.pad(self._x, (1, 1, 1, 1))
            self._taps = torch.from_numpy(examples.taps)

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        samples = self._examples.samples
        if not self._examples.pixels:
            return self._x[rows]
        images, taps = self._x[rows % samples], self._taps[rows // samples]
        height, width, _ = self._examples.shape
        moved = torch.zeros_like(images[..., :height, :width])
        for i, j in np.ndindex(3, 3):
            moved += taps[:, i, j, None, None, None] * images[..., i : i + height, j : j + width]
        return moved if len(self._shape) == 3 else moved.permute(0, 2, 3, 1).flatten(1)


def soft_loss(logits: torch.Tensor, teacher: torch.Tensor, temperature: float) -> torch.Tensor:
    """T^2 * KL(teacher || student) at temperature T; the factor keeps gradients comparable across temperatures."""
    log_teacher = F.log_softmax(teacher / temperature, dim=1)
    log_student = F.log_softmax(logits / temperature, dim=1)
    return temperature**2 * F.kl_div(log_student, log_teacher, reduction="batchmean", log_target=True)
