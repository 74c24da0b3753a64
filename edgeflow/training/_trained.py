"""``TrainedModel``: the weights and scores that training hands on; plain numpy, so no framework is imported."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgeflow.recipe import FloatNetwork, Student
from edgeflow.recipe_layout import Placed, Shape

FORMAT = 2  # raise it when model.json or weights.npz change shape


class LayerWeights(NamedTuple):
    kernel: NDArray[np.float32]  # (inputs, outputs), (height, width, in, out), depthwise (height, width, channels, 1)
    bias: NDArray[np.float32]  # (outputs,)


Weights = dict[str, LayerWeights]  # by the name that the layer has in its network's layout


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
    shape: Shape  # of a sample, as the data set has it
    classes: int
    spec: Student
    baseline_spec: FloatNetwork
    baseline: Weights
    student_distilled: Weights
    student_plain: Weights
    distilled: bool  # whether distillation won on the validation split
    scores: dict[str, Scores]  # teacher, baseline, student, student_without_distillation, student_with_distillation

    @property
    def student(self) -> Weights:
        """The student to build: the better one on the validation split."""
        return self.student_distilled if self.distilled else self.student_plain

    @property
    def layout(self) -> tuple[Placed, ...]:
        """The student's layers at their places."""
        return self.spec.layout(self.shape, self.classes)

    @property
    def baseline_layout(self) -> tuple[Placed, ...]:
        return self.baseline_spec.layout(self.shape, self.classes)

    def save(self, folder: Path) -> None:
        """Write ``model.json`` and ``weights.npz``."""
        arrays: dict[str, NDArray[np.float32]] = {
            f"{model}/{name}/{part}": getattr(layer, part)
            for model in MODELS
            for name, layer in getattr(self, model).items()
            for part in ("kernel", "bias")
        }
        np.savez(folder / "weights.npz", **arrays)  # type: ignore[arg-type]  # numpy's stub takes a bool among them
        about = {name: getattr(self, name) for name in PLAIN}
        about |= {name: getattr(self, name).model_dump() for name in SPECS}
        about["scores"] = {name: asdict(scores) for name, scores in self.scores.items()}
        (folder / "model.json").write_text(json.dumps({"format": FORMAT} | about, indent=2) + "\n")


MODELS = ("baseline", "student_distilled", "student_plain")
SPECS = ("spec", "baseline_spec")
PLAIN = ("framework", "recipe_digest", "versions", "shape", "classes", "distilled")


def load(folder: Path) -> TrainedModel:
    """Read what ``save`` wrote."""
    about = json.loads((folder / "model.json").read_text())
    assert about.pop("format") == FORMAT, "the store keys stages by version, so formats never mix"
    with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
        about |= {model: _weights(model, dict(arrays)) for model in MODELS}
    about["spec"] = Student.model_validate(about["spec"])
    about["baseline_spec"] = FloatNetwork.model_validate(about["baseline_spec"])
    about["shape"] = tuple(about["shape"])
    about["scores"] = {name: Scores(**values) for name, values in about["scores"].items()}
    return TrainedModel(**about)


def _weights(model: str, arrays: dict[str, NDArray[np.float32]]) -> Weights:
    names = [key.split("/")[1] for key in arrays if key.startswith(f"{model}/") and key.endswith("/kernel")]
    return {name: LayerWeights(arrays[f"{model}/{name}/kernel"], arrays[f"{model}/{name}/bias"]) for name in names}
