"""Train a recipe with PyTorch and Brevitas.

``train(recipe, progress) -> TrainedModel`` is deterministic in ``recipe.training_slice`` on one machine.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Features
from edgeflow.recipe import FloatNetwork, Recipe, Student
from edgeflow.recipe_layout import Shape
from edgeflow.training import _course, _torch  # first: it says which package is missing
from edgeflow.training._fit import Learner, Lesson, Logits, Masks, Pressure, Progress, Task
from edgeflow.training._floats import NOTHING, FloatJob
from edgeflow.training._qonnx import export
from edgeflow.training._rehearsal import Rehearsal
from edgeflow.training._torch import Network
from edgeflow.training._torch_build import float_model
from edgeflow.training._torch_build import student_model as build_student
from edgeflow.training._torch_fit import TorchLearner
from edgeflow.training._torch_widths import FreeWidths
from edgeflow.training._trained import Norm, State, Sums, TrainedModel, Weights


class Brevitas:
    name = "brevitas"
    packages: Sequence[str] = ("torch", "brevitas", "qonnx", "numpy")

    def float_network(self, spec: FloatNetwork, shape: Shape, classes: int, seed: int) -> Network:
        return _torch.initialize(float_model(spec, shape, classes), seed)

    def student(self, spec: Student, shape: Shape, classes: int, seed: int) -> Network:
        return _torch.initialize(build_student(spec, shape, classes), seed)

    def learner(self, model: Network, task: Task, lesson: Lesson | None, masks: Masks) -> Learner:
        return TorchLearner(model, task, lesson, masks)

    def settled(self, model: Network) -> Network:
        """It quantizes its weights whenever it runs, to scales that quantized weights may not give again."""
        return model

    def logits(self, model: Network, x: Features) -> Logits:
        return _torch.logits_of(model, x)

    def hidden(self, model: Network, x: Features) -> Features:
        return _torch.hidden_of(model, x)

    def weights(self, model: Network) -> Weights:
        return _torch.weights_of(model)

    def latent(self, model: Network) -> State:
        return _torch.latent_of(model)

    def student_of(self, spec: Student, shape: Shape, classes: int, latent: State) -> Network:
        return _torch.with_latent(build_student(spec, shape, classes), latent)

    def free_widths(self, spec: Student, shape: Shape, classes: int, latent: State, pressure: Pressure) -> Network:
        student = build_student(spec, shape, classes, free_widths=True)
        return FreeWidths(_torch.with_latent(student, latent), pressure)

    def learned_widths(self, model: Network) -> dict[str, float]:
        assert isinstance(model, FreeWidths)
        return model.learned()

    def sums(self, model: Network, x: Features, names: Sequence[str]) -> Sums:
        return _torch.outputs_of(model, x, names)

    def fill(self, model: Network, weights: Weights) -> None:
        _torch.with_weights(model, weights)

    def fill_norm(self, student: Network, name: str, norm: Norm) -> None:
        _torch.with_norm(student, name, *norm)

    def kernels(self, model: Network) -> dict[str, Features]:
        return _torch.quantized_kernels(model)

    def state(self, model: Network) -> State:
        return _torch.state_of(model)

    def qonnx(self, model: Network) -> bytes:
        return export(model)


FRAMEWORK = Brevitas()


def train_float(recipe: Recipe, job: FloatJob, progress: Progress) -> Weights:
    """One float network of the recipe, which depends on its data set and the job alone."""
    return _course.float_network(recipe, job, progress, FRAMEWORK)


def train(recipe: Recipe, progress: Progress, given: Mapping[str, Weights] = NOTHING) -> TrainedModel:
    """Train everything the recipe names but the float networks that are ``given``, by their jobs' keys; ``progress``
    gets a line about twice a second."""
    return _course.run(recipe, progress, FRAMEWORK, given)


def rehearse(recipe: Recipe, progress: Progress, given: Mapping[str, Weights] = NOTHING) -> Rehearsal:
    """The same judged by the validation split alone."""
    return _course.rehearse(recipe, progress, FRAMEWORK, given)


def untrained(spec: Student, shape: Shape, classes: int) -> bytes:
    """A student as training starts with it, as a QONNX file."""
    return export(_torch.initialize(build_student(spec, shape, classes), seed=0))


def student_model(trained: TrainedModel) -> Network:
    """The chosen student as a Brevitas model."""
    return _torch.with_state(build_student(trained.spec, trained.shape, trained.classes), trained.student)


def predict(trained: TrainedModel, x: Features) -> NDArray[np.float64]:
    """The chosen student's logits, as Brevitas computes them.

    With power-of-two scales in float64, where no sum of dyadic products, 53 bits wide, is rounded: exact, but for batch
    norms. With float scales in float32, whose scales and sums the framework rounds.
    """
    model = student_model(trained)
    if trained.spec.scale == "float":
        return _torch.logits_of(model, x.astype(np.float32)).astype(np.float64)
    return _torch.logits_of(model.double(), x.astype(np.float64))
