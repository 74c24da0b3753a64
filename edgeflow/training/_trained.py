"""``TrainedModel``: the weights and scores that training hands on; plain numpy, so no framework is imported."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgeflow.recipe import Student

FORMAT = 1  # raise it when model.json or weights.npz change shape


@dataclass(frozen=True, eq=False)
class DenseWeights:
    kernel: NDArray[np.float32]  # (inputs, outputs)
    bias: NDArray[np.float32]  # (outputs,)


Mlp = tuple[DenseWeights, ...]  # first layer to last, ReLU between them


@dataclass(frozen=True)
class Scores:
    """Fractions of samples classified correctly; test is read once, after every choice."""

    train: float
    validation: float
    test: float


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """What training makes: the baseline and both students with their scores, and which student to build.

    Student weights lie on their quantizers' grids already.
    """

    framework: str
    recipe_digest: str  # of the recipe's training slice
    versions: dict[str, str]
    inputs: int
    classes: int
    spec: Student  # the student's bit widths
    baseline: Mlp
    student_distilled: Mlp
    student_plain: Mlp
    distilled: bool  # whether distillation won on the validation split
    scores: dict[str, Scores]  # teacher, baseline, student, student_without_distillation, student_with_distillation

    @property
    def student(self) -> Mlp:
        """The student to build: the better one on the validation split."""
        return self.student_distilled if self.distilled else self.student_plain

    def save(self, folder: Path) -> None:
        """Write ``model.json`` and ``weights.npz``."""
        arrays = {
            f"{name}/{i}/{part}": getattr(layer, part)
            for name in MODELS
            for i, layer in enumerate(getattr(self, name))
            for part in ("kernel", "bias")
        }
        np.savez(folder / "weights.npz", **arrays)
        about = {name: getattr(self, name) for name in PLAIN}
        about["spec"] = self.spec.model_dump()
        about["scores"] = {name: asdict(scores) for name, scores in self.scores.items()}
        (folder / "model.json").write_text(json.dumps({"format": FORMAT} | about, indent=2) + "\n")


MODELS = ("baseline", "student_distilled", "student_plain")
PLAIN = ("framework", "recipe_digest", "versions", "inputs", "classes", "distilled")


def load(folder: Path) -> TrainedModel:
    """Read what ``save`` wrote."""
    about = json.loads((folder / "model.json").read_text())
    assert about["format"] == FORMAT, "the store keys stages by version, so formats never mix"
    with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
        models = {name: _mlp(name, dict(arrays)) for name in MODELS}
    scores = {name: Scores(**values) for name, values in about["scores"].items()}
    about |= models | {"spec": Student.model_validate(about["spec"]), "scores": scores}
    del about["format"]
    return TrainedModel(**about)


def _mlp(name: str, arrays: dict[str, NDArray[np.float32]]) -> Mlp:
    count = sum(key.startswith(f"{name}/") and key.endswith("/kernel") for key in arrays)
    return tuple(DenseWeights(arrays[f"{name}/{i}/kernel"], arrays[f"{name}/{i}/bias"]) for i in range(count))
