"""Train a recipe with Keras and QKeras: teacher ensemble, float baseline, student with and without distillation.

``train(recipe, progress) -> TrainedModel`` depends on ``recipe.training_slice`` alone and is deterministic in it on one
machine. Every choice uses the validation split; the test split is scored once, after the last choice.
"""

from dataclasses import replace
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from edgeflow import catalog
from edgeflow.datasets._data import Dataset, Features
from edgeflow.recipe import FloatNetwork, Recipe
from edgeflow.store import digest
from edgeflow.training import _build
from edgeflow.training._augment import Examples
from edgeflow.training._fit import Lesson, Logits, Progress, Task, accuracy, fit
from edgeflow.training._keras import float64, initialize, keras, logits_of, weights_of, with_weights
from edgeflow.training._trained import Scores, TrainedModel

PACKAGES = ("tensorflow", "tf-keras", "qkeras", "numpy")


def train(recipe: Recipe, progress: Progress) -> TrainedModel:
    """Train everything the recipe names; ``progress`` gets a line about twice a second."""
    dataset = catalog.load("datasets", recipe.dataset)
    data: Dataset = dataset.load()
    shape, classes = dataset.SHAPE, dataset.CLASSES
    examples = Examples(data.x_train, data.y_train, shape, pixels=0)
    task = Task(shape, classes, examples, data.x_validation, data.y_validation, recipe.training)

    members = recipe.teacher.members
    teachers = [_float(recipe.teacher, recipe.seed, task, ("teacher", i, members), progress) for i in range(members)]
    baseline = _float(recipe.baseline, recipe.seed, task, ("baseline", 0, 1), progress)
    plain = _student(recipe, task, "student without distillation", None, progress)
    distilled, won = plain, False
    if recipe.distill:
        examples = replace(examples, pixels=recipe.distill.shift_pixels)
        copies = [_mean_logits(teachers, examples.copy(c)) for c in range(len(examples.taps))]
        lesson = Lesson(np.concatenate(copies), recipe.distill)
        distilled = _student(recipe, replace(task, examples=examples), "student with distillation", lesson, progress)
        won = _validation(distilled, data) >= _validation(plain, data)

    scores = {
        "teacher": _scores(teachers, data),
        "baseline": _scores([baseline], data),
        "student": _scores([distilled if won else plain], data),
        "student_without_distillation": _scores([plain], data),
        "student_with_distillation": _scores([distilled], data),
    }
    return TrainedModel(
        framework="qkeras",
        recipe_digest=digest(recipe.training_slice),
        versions={package: version(package) for package in PACKAGES},
        shape=shape,
        classes=classes,
        spec=recipe.student,
        baseline_spec=recipe.baseline,
        baseline=weights_of(baseline),
        student_distilled=weights_of(distilled),
        student_plain=weights_of(plain),
        distilled=won,
        scores=scores,
    )


def student_model(trained: TrainedModel) -> keras.Model:
    """The chosen student as a QKeras model, ready to convert."""
    return with_weights(_build.student_model(trained.spec, trained.shape, trained.classes), trained.student)


def predict(trained: TrainedModel, x: Features) -> NDArray[np.float64]:
    """The chosen student's logits. Exact: in float64 no sum of its dyadic products, 53 bits wide, is rounded."""
    with float64():
        return logits_of(student_model(trained), x.astype(np.float64)).astype(np.float64)


def _float(
    spec: FloatNetwork, recipe_seed: int, task: Task, member: tuple[str, int, int], progress: Progress
) -> keras.Model:
    """A ``member`` (role, number, of how many): they differ by their seed, in initial weights and order of examples."""
    role, number, count = member
    seed = _seed(recipe_seed, role, number)
    model = initialize(_build.float_model(spec, task.shape, task.classes), seed)
    fit(model, replace(task, schedule=spec.training), seed, f"{role} {number + 1} of {count}", progress)
    return model


def _student(recipe: Recipe, task: Task, label: str, lesson: Lesson | None, progress: Progress) -> keras.Model:
    """Both students start from the same weights, so they differ by the lesson alone."""
    seed = _seed(recipe.seed, "student", 0)
    model = initialize(_build.student_model(recipe.student, task.shape, task.classes), seed)
    fit(model, task, seed, label, progress, lesson)
    return with_weights(model, weights_of(model))


def _seed(seed: int, role: str, member: int) -> int:
    return int(np.random.SeedSequence([seed, *role.encode(), member]).generate_state(1)[0] >> 1)


def _mean_logits(models: list[keras.Model], x: Features) -> Logits:
    return np.mean([logits_of(model, x) for model in models], axis=0, dtype=np.float32)


def _validation(model: keras.Model, data: Dataset) -> float:
    return accuracy(logits_of(model, data.x_validation), data.y_validation)


def _scores(models: list[keras.Model], data: Dataset) -> Scores:
    return Scores(
        train=accuracy(_mean_logits(models, data.x_train), data.y_train),
        validation=accuracy(_mean_logits(models, data.x_validation), data.y_validation),
        test=accuracy(_mean_logits(models, data.x_test), data.y_test),
    )
