"""``TrainedModel``: the weights and scores that training hands on; plain numpy, so no framework is imported."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgeflow.recipe import FloatNetwork, Student
from edgeflow.recipe_layout import Placed, Shape

FORMAT = 5  # raise it when model.json or weights.npz change shape
QONNX = "student.qonnx.onnx"


class LayerWeights(NamedTuple):
    kernel: NDArray[np.float32]  # (inputs, outputs), (height, width, in, out), depthwise (height, width, channels, 1)
    bias: NDArray[np.float32]  # (outputs,)


Weights = dict[str, LayerWeights]  # by the name that the layer has in its network's layout
State = dict[str, NDArray[Any]]  # a student's arrays, by the names that its framework gives them


def state_of(weights: Weights) -> State:
    """Kernels and biases as ``layer/part``."""
    return {f"{name}/{part}": array for name, layer in weights.items() for part, array in layer._asdict().items()}


def weights_from(state: State) -> Weights:
    """What ``state_of`` was given."""
    names = [key.removesuffix("/kernel") for key in state if key.endswith("/kernel")]
    return {name: LayerWeights(state[f"{name}/kernel"], state[f"{name}/bias"]) for name in names}


@dataclass(frozen=True)
class Scores:
    """Fractions of samples classified correctly; test is read once, after every choice.

    ``balanced``: the mean over classes of the same fraction, which a network that always names one class cannot raise.
    """

    train: float
    validation: float
    test: float
    validation_balanced: float
    test_balanced: float


Sums = dict[str, NDArray[np.floating[Any]]]  # layer -> (rows, channels), before batch norm and activation


class Norm(NamedTuple):
    """Of a batch norm, by channel."""

    gamma: NDArray[np.floating[Any]]
    beta: NDArray[np.floating[Any]]
    mean: NDArray[np.floating[Any]]
    variance: NDArray[np.floating[Any]]


@dataclass(frozen=True)
class StepRecord:
    """What one step of the compression recipe did; each choice by the validation split."""

    step: str
    validation_before: float
    validation_after: float  # of what the step made, kept or not
    weight_bits_before: int
    weight_bits_after: int
    nonzero_weights_before: int
    nonzero_weights_after: int
    kept: bool
    found: dict[str, Any]  # what the step chose itself, plain data


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """What training makes: the baseline and the student to build, with their scores and how the student came about."""

    framework: str
    recipe_digest: str  # of the recipe's training slice
    versions: dict[str, str]
    shape: Shape  # of a sample, as the data set has it
    classes: int
    spec: Student  # of the student to build: the recipe's, as its compression steps changed it
    baseline_spec: FloatNetwork
    baseline: Weights
    student: State
    compression: tuple[StepRecord, ...]
    scores: dict[str, Scores]  # teacher, baseline, student, student_without_distillation, student_with_distillation
    qonnx: bytes | None = None  # the student to build as a QONNX file, if the framework writes one

    @property
    def distilled(self) -> bool:
        """Whether a distillation step won on the validation split."""
        return any(record.step == "distill" and record.kept for record in self.compression)

    @property
    def layout(self) -> tuple[Placed, ...]:
        """The student's layers at their places."""
        return self.spec.layout(self.shape, self.classes)

    @property
    def baseline_layout(self) -> tuple[Placed, ...]:
        return self.baseline_spec.layout(self.shape, self.classes)

    def save(self, folder: Path) -> None:
        """Write ``model.json``, ``weights.npz`` and, if there is one, the QONNX file."""
        models = {"baseline": state_of(self.baseline), "student": self.student}
        arrays: Any = {f"{model}/{key}": array for model, state in models.items() for key, array in state.items()}
        np.savez(folder / "weights.npz", **arrays)
        about = {name: getattr(self, name) for name in PLAIN}
        about |= {name: getattr(self, name).model_dump() for name in SPECS}
        about["compression"] = [asdict(record) for record in self.compression]
        about["scores"] = {name: asdict(scores) for name, scores in self.scores.items()}
        (folder / "model.json").write_text(json.dumps({"format": FORMAT} | about, indent=2) + "\n")
        if self.qonnx:
            (folder / QONNX).write_bytes(self.qonnx)


SPECS = ("spec", "baseline_spec")
PLAIN = ("framework", "recipe_digest", "versions", "shape", "classes")


def load(folder: Path) -> TrainedModel:
    """Read what ``save`` wrote."""
    about = json.loads((folder / "model.json").read_text())
    assert about.pop("format") == FORMAT, "the store keys stages by version, so formats never mix"
    with np.load(folder / "weights.npz", allow_pickle=False) as archive:
        arrays = dict(archive)
    about["student"] = _state("student", arrays)
    about["baseline"] = weights_from(_state("baseline", arrays))
    about["spec"] = Student.model_validate(about["spec"])
    about["baseline_spec"] = FloatNetwork.model_validate(about["baseline_spec"])
    about["shape"] = tuple(about["shape"])
    about["compression"] = tuple(StepRecord(**record) for record in about["compression"])
    about["scores"] = {name: Scores(**values) for name, values in about["scores"].items()}
    about["qonnx"] = (folder / QONNX).read_bytes() if (folder / QONNX).exists() else None
    return TrainedModel(**about)


def _state(model: str, arrays: State) -> State:
    prefix = f"{model}/"
    return {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
