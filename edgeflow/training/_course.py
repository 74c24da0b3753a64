"""The course of training, whatever the framework: teacher ensemble, float baseline, plain student, then each step of
the recipe's compression in order.

``run(recipe, progress, framework, given) -> TrainedModel`` depends on ``recipe.training_slice`` alone: float networks
that are given are as they would be trained here. Every choice uses the validation split; the test split is scored once,
after the last choice. ``rehearse`` is the same without that end: for who chooses between recipes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Generic

from edgeflow import catalog
from edgeflow.datasets._data import Dataset
from edgeflow.recipe import Recipe
from edgeflow.recipe_cost import float_cost
from edgeflow.recipe_steps import KIND, Step
from edgeflow.store import digest
from edgeflow.training import _floats
from edgeflow.training._augment import Examples
from edgeflow.training._fit import Progress, Task, accuracy, balanced_accuracy
from edgeflow.training._floats import NOTHING, TEACHER, FloatJob
from edgeflow.training._framework import Framework, Model
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._rehearsal import Rehearsal, Validated
from edgeflow.training._trained import Scores, StepRecord, TrainedModel, Weights


def float_network(recipe: Recipe, job: FloatJob, progress: Progress, framework: Framework[Model]) -> Weights:
    """One of the recipe's float networks, trained."""
    lab = _lab(recipe, _data(recipe), progress, framework, NOTHING)
    return framework.weights(lab.float_network(job))


def run(recipe: Recipe, progress: Progress, framework: Framework[Model], given: Mapping[str, Weights]) -> TrainedModel:
    """Train everything the recipe names; ``progress`` gets a line about twice a second."""
    data = _data(recipe)
    found = _course(_lab(recipe, data, progress, framework, given))
    student = found.models["student"][0]
    return TrainedModel(
        framework=framework.name,
        recipe_digest=digest(recipe.training_slice),
        versions={package: version(package) for package in framework.packages},
        shape=found.lab.task.shape,
        classes=found.lab.task.classes,
        spec=found.student.spec,
        baseline_spec=recipe.baseline,
        baseline=framework.weights(found.models["baseline"][0]),
        student=framework.state(student),
        compression=found.records,
        scores={name: _scores(found.lab, group, data) for name, group in found.models.items()},
        qonnx=framework.qonnx(student),
    )


def rehearse(
    recipe: Recipe, progress: Progress, framework: Framework[Model], given: Mapping[str, Weights]
) -> Rehearsal:
    """What validation says of the recipe. The test split is gone before anything is trained, so nothing can read it."""
    found = _course(_lab(recipe, _data(recipe).without_test(), progress, framework, given))
    task = found.lab.task
    return Rehearsal(
        scores={name: _validated(found.lab, group) for name, group in found.models.items()},
        weight_bits=found.lab.weight_bits(found.student.spec),
        baseline_weight_bits=float_cost(recipe.baseline.layout(task.shape, task.classes)).weight_bits,
        compression=found.records,
    )


@dataclass(frozen=True, eq=False)
class _Found(Generic[Model]):
    lab: Lab[Model]
    student: Candidate  # the one to build
    models: Mapping[str, Sequence[Model]]  # by role; logits of several are averaged
    records: tuple[StepRecord, ...]


def _course(lab: Lab[Model]) -> _Found[Model]:
    recipe = lab.recipe
    teachers, baseline = lab.ensemble(recipe.teacher, TEACHER), lab.float_network(_floats.baseline(recipe))
    lab = replace(lab, floats={"ensemble": teachers, "baseline": [baseline]})
    plain = lab.trained(lab.fresh(recipe.student), "student without distillation")

    student, distilled, records = plain, plain, []
    for step in recipe.compression:
        made, record = _taken(lab, student, step)
        records.append(record)
        student = made if record.kept else student
        distilled = made if step.name == "distill" else distilled

    models: dict[str, Sequence[Model]] = {
        "teacher": teachers,
        "baseline": [baseline],
        "student": [lab.model(student)],
        "student_without_distillation": [lab.model(plain)],
        "student_with_distillation": [lab.model(distilled)],
    }
    return _Found(lab, student, models, tuple(records))


def _data(recipe: Recipe) -> Dataset:
    data: Dataset = catalog.load("datasets", recipe.dataset).load()
    return data


def _lab(
    recipe: Recipe, data: Dataset, progress: Progress, framework: Framework[Model], given: Mapping[str, Weights]
) -> Lab[Model]:
    named = catalog.load("datasets", recipe.dataset)
    examples = Examples(data.x_train, data.y_train, named.SHAPE, pixels=0)
    task = Task(named.SHAPE, named.CLASSES, examples, data.x_validation, data.y_validation, recipe.training)
    return Lab(recipe, progress, framework, task, {}, given)


def _taken(lab: Lab[Model], student: Candidate, step: Step) -> tuple[Candidate, StepRecord]:
    """What the step makes of the student, and whether it stays."""
    made, found = catalog.load(KIND, step.name).run(lab, student, step.section)
    before, after = lab.validation(student), lab.validation(made)
    limit = step.section.max_points_lost
    record = StepRecord(
        step.name,
        before,
        after,
        lab.weight_bits(student.spec),
        lab.weight_bits(made.spec),
        lab.nonzero_weights(student),
        lab.nonzero_weights(made),
        limit is None or before - after <= limit / 100,
        found,
    )
    return made, record


def _scores(lab: Lab[Model], models: Sequence[Model], data: Dataset) -> Scores:
    validation, test = lab.mean_logits(models, data.x_validation), lab.mean_logits(models, data.x_test)
    return Scores(
        train=accuracy(lab.mean_logits(models, data.x_train), data.y_train),
        validation=accuracy(validation, data.y_validation),
        test=accuracy(test, data.y_test),
        validation_balanced=balanced_accuracy(validation, data.y_validation),
        test_balanced=balanced_accuracy(test, data.y_test),
    )


def _validated(lab: Lab[Model], models: Sequence[Model]) -> Validated:
    logits = lab.mean_logits(models, lab.task.x_validation)
    return Validated(accuracy(logits, lab.task.y_validation), balanced_accuracy(logits, lab.task.y_validation))
