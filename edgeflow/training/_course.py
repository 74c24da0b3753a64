"""The course of training, whatever the framework: teacher ensemble, float baseline, plain student, then each step of
the recipe's compression in order.

``run(recipe, progress, framework) -> TrainedModel`` depends on ``recipe.training_slice`` alone. Every choice uses the
validation split; the test split is scored once, after the last choice. ``rehearse`` is the same without that end: for
who chooses between recipes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Generic, TypeVar

from edgeflow import catalog
from edgeflow.datasets._data import Dataset
from edgeflow.recipe import Recipe
from edgeflow.recipe_cost import float_cost
from edgeflow.recipe_layers import Section
from edgeflow.recipe_steps import KIND, Step
from edgeflow.store import digest
from edgeflow.training._augment import Examples
from edgeflow.training._fit import Progress, Task, accuracy, balanced_accuracy
from edgeflow.training._framework import Framework, Model
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._rehearsal import Rehearsal, Validated
from edgeflow.training._trained import Scores, StepRecord, TrainedModel

Trained = TypeVar("Trained")


def run(recipe: Recipe, progress: Progress, framework: Framework[Model]) -> TrainedModel:
    """Train everything the recipe names; ``progress`` gets a line about twice a second."""
    module = catalog.load("datasets", recipe.dataset)
    data: Dataset = module.load()
    task = _task(recipe, module, data)
    found = _course(recipe, progress, framework, task, {})
    student = found.models["student"][0]
    return TrainedModel(
        framework=framework.name,
        recipe_digest=digest(recipe.training_slice),
        versions={package: version(package) for package in framework.packages},
        shape=task.shape,
        classes=task.classes,
        spec=found.student.spec,
        baseline_spec=recipe.baseline,
        baseline=framework.weights(found.models["baseline"][0]),
        student=framework.state(student),
        compression=found.records,
        scores={name: _scores(found.lab, group, data) for name, group in found.models.items()},
        qonnx=framework.qonnx(student),
    )


def rehearse(recipes: Sequence[Recipe], progress: Progress, framework: Framework[Model]) -> list[Rehearsal]:
    """What validation says of each recipe, all of one data set; networks that recipes share are trained once.

    The test split is gone before anything is trained, so nothing can read it.
    """
    module = catalog.load("datasets", recipes[0].dataset)
    data, known = module.load().without_test(), Known()
    return [_rehearsed(recipe, progress, framework, _task(recipe, module, data), known) for recipe in recipes]


Known = dict[str, Any]  # what is trained, by the digest of all in which recipes of one data set differ


def _rehearsed(recipe: Recipe, progress: Progress, framework: Framework[Model], task: Task, known: Known) -> Rehearsal:
    found = _course(recipe, progress, framework, task, known)
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


def _task(recipe: Recipe, module: Any, data: Dataset) -> Task:
    examples = Examples(data.x_train, data.y_train, module.SHAPE, pixels=0)
    return Task(module.SHAPE, module.CLASSES, examples, data.x_validation, data.y_validation, recipe.training)


def _course(recipe: Recipe, progress: Progress, framework: Framework[Model], task: Task, known: Known) -> _Found[Model]:
    def once(train: Callable[[], Trained], role: str, *what: Section) -> Trained:
        key = digest([role, recipe.seed, [one.model_dump() for one in what]])
        if key not in known:
            known[key] = train()
        made: Trained = known[key]
        return made

    lab: Lab[Model] = Lab(recipe, progress, framework, task, {})
    teachers = once(lambda: lab.ensemble(recipe.teacher, "teacher"), "teacher", recipe.teacher)
    baseline = once(lambda: lab.float_network(recipe.baseline, "baseline", 0, 1), "baseline", recipe.baseline)
    lab = replace(lab, floats={"ensemble": teachers, "baseline": [baseline]})
    fresh = lab.fresh(recipe.student)
    plain = once(lambda: lab.trained(fresh, "student without distillation"), "plain", recipe.student, recipe.training)

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
