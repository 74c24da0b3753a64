"""``Framework``: what the course of training and its compression steps ask of a training framework."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from edgeflow.datasets._data import Features
from edgeflow.recipe import FloatNetwork, Student
from edgeflow.recipe_layout import Shape
from edgeflow.training._fit import Learner, Lesson, Logits, Masks, Pressure, Task
from edgeflow.training._trained import Norm, State, Sums, Weights

Model = TypeVar("Model")


class Framework(Protocol[Model]):
    """Initial weights depend on ``seed`` alone.

    A student's latent arrays are the floats that training moves, by ``layer/part`` with the layer's name of the layout:
    ``dense_0/kernel`` in the layout's convention, and what has one value a channel ends in that axis.
    """

    name: str
    packages: Sequence[str]  # whose versions the result depends on

    def float_network(self, spec: FloatNetwork, shape: Shape, classes: int, seed: int) -> Model: ...

    def student(self, spec: Student, shape: Shape, classes: int, seed: int) -> Model: ...

    def latent(self, model: Model) -> State: ...

    def student_of(self, spec: Student, shape: Shape, classes: int, latent: State) -> Model:
        """The student with these latent arrays."""

    def free_widths(self, spec: Student, shape: Shape, classes: int, latent: State, pressure: Pressure) -> Model:
        """The same, with weight bits that training moves from the spec's on; a student to learn from, not to build."""

    def learned_widths(self, model: Model) -> dict[str, float]:
        """Of a model with free widths: each layer's weight bits, not rounded."""

    def learner(self, model: Model, task: Task, lesson: Lesson | None, masks: Masks) -> Learner: ...

    def settled(self, model: Model) -> Model:
        """A student as it will be built: with weights on their quantizers' grids where it stores them so."""

    def logits(self, model: Model, x: Features) -> Logits: ...

    def hidden(self, model: Model, x: Features) -> Features:
        """What the output layer takes, (samples, values)."""

    def weights(self, model: Model) -> Weights:
        """Of a float network."""

    def sums(self, model: Model, x: Features, names: Sequence[str]) -> Sums:
        """What these layers make of samples, before batch norm and activation."""

    def fill(self, model: Model, weights: Weights) -> None:
        """Set kernels, and biases where the layer has one; of a float network too."""

    def fill_norm(self, student: Model, name: str, norm: Norm) -> None: ...

    def kernels(self, model: Model) -> dict[str, Features]:
        """Of a student, as quantized."""

    def state(self, model: Model) -> State:
        """Of a student."""

    def qonnx(self, model: Model) -> bytes | None:
        """The student as a QONNX file, if the framework writes one."""
