"""Train a recipe with Keras and QKeras.

``train(recipe, progress) -> TrainedModel`` is deterministic in ``recipe.training_slice``; on which CPUs,
_arithmetic.py says.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Features
from edgeflow.recipe import FloatNetwork, Recipe, Student
from edgeflow.recipe_layout import Shape
from edgeflow.training import _build, _course
from edgeflow.training._fit import Learner, Lesson, Logits, Masks, Pressure, Progress, Task
from edgeflow.training._floats import NOTHING, FloatJob
from edgeflow.training._keras import (
    float64,
    hidden_of,
    initialize,
    keras,
    latent_weights_of,
    logits_of,
    shaped,
    weights_of,
    with_weights,
)
from edgeflow.training._keras_fit import KerasLearner
from edgeflow.training._rehearsal import Rehearsal
from edgeflow.training._trained import Norm, State, Sums, TrainedModel, Weights, state_of, weights_from


class QKeras:
    name = "qkeras"
    packages: Sequence[str] = ("tensorflow", "tf-keras", "qkeras", "numpy")

    def float_network(self, spec: FloatNetwork, shape: Shape, classes: int, seed: int) -> keras.Model:
        return initialize(_build.float_model(spec, shape, classes), seed)

    def student(self, spec: Student, shape: Shape, classes: int, seed: int) -> keras.Model:
        return initialize(_build.student_model(spec, shape, classes), seed)

    def learner(self, model: keras.Model, task: Task, lesson: Lesson | None, masks: Masks) -> Learner:
        return KerasLearner(model, task, lesson, masks)

    def settled(self, model: keras.Model) -> keras.Model:
        return with_weights(model, weights_of(model))

    def logits(self, model: keras.Model, x: Features) -> Logits:
        return logits_of(model, x)

    def hidden(self, model: keras.Model, x: Features) -> Features:
        return hidden_of(model, x)

    def weights(self, model: keras.Model) -> Weights:
        return weights_of(model)

    def latent(self, model: keras.Model) -> State:
        return state_of(latent_weights_of(model))

    def student_of(self, spec: Student, shape: Shape, classes: int, latent: State) -> keras.Model:
        return with_weights(_build.student_model(spec, shape, classes), weights_from(latent))

    def free_widths(self, spec: Student, shape: Shape, classes: int, latent: State, pressure: Pressure) -> keras.Model:
        raise AssertionError("a recipe for QKeras learns no widths")

    def learned_widths(self, model: keras.Model) -> dict[str, float]:
        raise AssertionError("a recipe for QKeras learns no widths")

    def sums(self, model: keras.Model, x: Features, names: Sequence[str]) -> Sums:
        made = {name: logits_of(keras.Model(model.inputs, model.get_layer(name).output), x) for name in names}
        return {name: y.reshape(-1, y.shape[-1]) for name, y in made.items()}

    def fill(self, model: keras.Model, weights: Weights) -> None:
        with_weights(model, weights)

    def fill_norm(self, student: keras.Model, name: str, norm: Norm) -> None:
        raise AssertionError("a recipe for QKeras has no batch norm")

    def kernels(self, model: keras.Model) -> dict[str, Features]:
        return {name: layer.kernel for name, layer in weights_of(model).items()}

    def state(self, model: keras.Model) -> State:
        """Weights on their grids; the grids are the recipe's."""
        return state_of(weights_of(model))

    def qonnx(self, model: keras.Model) -> None:
        """hls4ml reads the model itself."""


FRAMEWORK = QKeras()


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


def student_model(trained: TrainedModel) -> keras.Model:
    """The chosen student as a QKeras model, ready to convert."""
    model = _build.student_model(trained.spec, trained.shape, trained.classes)
    return with_weights(model, weights_from(trained.student))


def predict(trained: TrainedModel, x: Features) -> NDArray[np.float64]:
    """The chosen student's logits. Exact: in float64 no sum of its dyadic products, 53 bits wide, is rounded."""
    with float64():
        return logits_of(student_model(trained), x.astype(np.float64)).astype(np.float64)


def trace(trained: TrainedModel, x: Features) -> dict[str, NDArray[np.float64]]:
    """The output of every layer of the chosen student (samples, values) by its name, in order; exact like logits."""
    with float64():
        model = student_model(trained)
        layers = model.layers[1:]
        outputs = keras.Model(model.inputs, [layer.output for layer in layers])(shaped(model, x.astype(np.float64)))
        return {
            layer.name: np.asarray(y, np.float64).reshape(len(x), -1) for layer, y in zip(layers, outputs, strict=True)
        }
