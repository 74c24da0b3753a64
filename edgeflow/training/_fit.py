"""One training run, whatever the framework: a cosine learning rate, and the weights of the best epoch.

The framework's part is a ``Learner``; Adam and the loss are its own: cross-entropy mixed with a teacher's soft labels.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Classes, Features
from edgeflow.recipe import Training
from edgeflow.recipe_layout import Shape
from edgeflow.training._augment import Examples

Progress = Callable[[str], None]
Logits = NDArray[np.float32]  # (samples, classes)
REPORT_SECONDS = 0.5


@dataclass(frozen=True, eq=False)
class Task:
    """What every model of a recipe shares: examples to fit, a split to choose by, a schedule."""

    shape: Shape  # of a sample
    classes: int
    examples: Examples
    x_validation: Features
    y_validation: Classes
    schedule: Training


@dataclass(frozen=True, eq=False)
class Lesson:
    """A teacher's logits for every row of the examples, and how much they count.

    The loss is cross-entropy plus temperature-scaled KL to the teacher (Hinton, Vinyals, Dean 2015, section 2), plus
    the square error of the teacher's hidden activations as a linear map finds them in the student's last hidden layer
    (Romero et al. 2015). The map is trained along and thrown away.
    """

    logits: Logits
    temperature: float
    weight: float  # share of the KL term
    annealed: bool = False  # the share goes to zero along a half cosine
    features: Features | None = None  # (rows, values)
    feature_weight: float = 0.0

    def share(self, progress: float) -> float:
        """Of the KL term at ``progress`` 0 to 1 of training."""
        return self.weight * 0.5 * (1 + cos(pi * progress)) if self.annealed else self.weight


@dataclass(frozen=True)
class Pressure:
    """On widths that training moves: ``price * max(0, weight_bits / budget - 1)`` is added to the loss."""

    budget: int  # weight bits
    fixed: int  # of the weight bits, those that no width changes: biases, scales
    price: float


Masks = dict[str, NDArray[np.bool_]]  # by layer: where its kernel, as in the layout, may be other than zero


class Learner(Protocol):
    """A model in training. Weights outside its masks are zero before the first batch and behind every one."""

    def run_epoch(self, order: NDArray[np.int32], learning_rate: float, share: float) -> float:
        """Train on these rows of the examples (batches, batch_size); the mean loss. ``share`` is the lesson's."""

    def mask(self, masks: Masks) -> None:
        """Zeros from now on; of layers that the learner was made with masks for."""

    def validate(self) -> Logits:
        """The logits of the validation split."""

    def snapshot(self) -> Any:
        """A copy of the weights."""

    def restore(self, snapshot: Any) -> None: ...


def _nothing(epoch: int) -> None:
    pass


def fit(
    learner: Learner,
    task: Task,
    seed: int,
    label: str,
    progress: Progress,
    lesson: Lesson | None = None,
    before_epoch: Callable[[int], None] = _nothing,
    epochs: range | None = None,
    choose_from: int = 0,
) -> float:
    """Train in place, leave the best epoch's weights in the model, return its validation accuracy.

    The best epoch is the latest of those with the highest validation accuracy: late epochs have the lowest rate.
    ``epochs``: those to train of the schedule; ``choose_from``: the first that may be the best one, where the schedule
    does not say a later one. The last of ``epochs`` always may. Deterministic in ``seed`` and the model's initial
    weights on one machine.
    """
    schedule, random = task.schedule, np.random.default_rng(seed)
    epochs = epochs or range(schedule.epochs)
    choose_from = min(max(choose_from, schedule.first_choice), epochs[-1])
    best, best_weights, reported = -1.0, learner.snapshot(), -REPORT_SECONDS
    for epoch in epochs:
        before_epoch(epoch)
        rate = schedule.learning_rate * 0.5 * (1 + np.cos(np.pi * epoch / schedule.epochs))
        share = lesson.share(epoch / schedule.epochs) if lesson else 0.0
        loss = learner.run_epoch(task.examples.order(random, schedule.batch_size), rate, share)
        score = accuracy(learner.validate(), task.y_validation)
        if epoch >= choose_from and score >= best:
            best, best_weights = score, learner.snapshot()
        if time.monotonic() - reported >= REPORT_SECONDS or epoch + 1 == schedule.epochs:
            reported = time.monotonic()
            progress(f"{label}: epoch {epoch + 1}/{schedule.epochs}, loss {loss:.3f}, validation {score:.2%}")
    learner.restore(best_weights)
    return best


def accuracy(logits: Logits, y: Classes) -> float:
    return float((logits.argmax(axis=1) == y).mean())


def balanced_accuracy(logits: Logits, y: Classes) -> float:
    """The mean over the classes of ``y`` of the share that is found: what says something where one class is most."""
    right = logits.argmax(axis=1) == y
    return float(np.mean([right[y == label].mean() for label in np.unique(y)]))
