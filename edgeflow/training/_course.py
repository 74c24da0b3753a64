"""The course of training, whatever the framework: teacher ensemble, float baseline, student with and without lesson.

``run(recipe, progress, framework) -> TrainedModel`` depends on ``recipe.training_slice`` alone. Every choice uses the
validation split; the test split is scored once, after the last choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Generic, Protocol, TypeVar

import numpy as np

from edgeflow import catalog
from edgeflow.datasets._data import Dataset, Features
from edgeflow.recipe import FloatNetwork, Recipe, Student
from edgeflow.recipe_layout import Shape
from edgeflow.store import digest
from edgeflow.training._augment import Examples
from edgeflow.training._fit import Learner, Lesson, Logits, Progress, Task, accuracy, fit
from edgeflow.training._trained import Scores, State, TrainedModel, Weights

Model = TypeVar("Model")


class Framework(Protocol[Model]):
    """What a training framework brings; initial weights depend on ``seed`` alone."""

    name: str
    packages: Sequence[str]  # whose versions the result depends on

    def float_network(self, spec: FloatNetwork, shape: Shape, classes: int, seed: int) -> Model: ...

    def student(self, spec: Student, shape: Shape, classes: int, seed: int) -> Model: ...

    def learner(self, model: Model, task: Task, lesson: Lesson | None) -> Learner: ...

    def settled(self, model: Model) -> Model:
        """A student as it will be built: with weights on their quantizers' grids where it stores them so."""

    def logits(self, model: Model, x: Features) -> Logits: ...

    def weights(self, model: Model) -> Weights:
        """Of a float network."""

    def state(self, model: Model) -> State:
        """Of a student."""

    def qonnx(self, model: Model) -> bytes | None:
        """The student as a QONNX file, if the framework writes one."""


def run(recipe: Recipe, progress: Progress, framework: Framework[Model]) -> TrainedModel:
    """Train everything the recipe names; ``progress`` gets a line about twice a second."""
    return _Course(recipe, progress, framework).run()


@dataclass(frozen=True, eq=False)
class _Course(Generic[Model]):
    recipe: Recipe
    progress: Progress
    framework: Framework[Model]

    def run(self) -> TrainedModel:
        recipe, framework = self.recipe, self.framework
        dataset = catalog.load("datasets", recipe.dataset)
        data: Dataset = dataset.load()
        shape, classes = dataset.SHAPE, dataset.CLASSES
        examples = Examples(data.x_train, data.y_train, shape, pixels=0)
        task = Task(shape, classes, examples, data.x_validation, data.y_validation, recipe.training)

        members = recipe.teacher.members
        teachers = [self.float_network(recipe.teacher, task, "teacher", i, members) for i in range(members)]
        baseline = self.float_network(recipe.baseline, task, "baseline", 0, 1)
        plain = self.student(task, "student without distillation", None)
        distilled, won = plain, False
        if recipe.distill:
            examples = replace(examples, pixels=recipe.distill.shift_pixels)
            copies = [self.mean_logits(teachers, examples.copy(c)) for c in range(len(examples.taps))]
            lesson = Lesson(np.concatenate(copies), recipe.distill)
            distilled = self.student(replace(task, examples=examples), "student with distillation", lesson)
            won = self.validation(distilled, data) >= self.validation(plain, data)

        student = distilled if won else plain
        scores = {
            "teacher": self.scores(teachers, data),
            "baseline": self.scores([baseline], data),
            "student": self.scores([student], data),
            "student_without_distillation": self.scores([plain], data),
            "student_with_distillation": self.scores([distilled], data),
        }
        return TrainedModel(
            framework=framework.name,
            recipe_digest=digest(recipe.training_slice),
            versions={package: version(package) for package in framework.packages},
            shape=shape,
            classes=classes,
            spec=recipe.student,
            baseline_spec=recipe.baseline,
            baseline=framework.weights(baseline),
            student_distilled=framework.state(distilled),
            student_plain=framework.state(plain),
            distilled=won,
            scores=scores,
            qonnx=framework.qonnx(student),
        )

    def float_network(self, spec: FloatNetwork, task: Task, role: str, number: int, count: int) -> Model:
        """Members of one role differ by their seed, in initial weights and order of examples."""
        seed = _seed(self.recipe.seed, role, number)
        model = self.framework.float_network(spec, task.shape, task.classes, seed)
        task = replace(task, schedule=spec.training)
        learner = self.framework.learner(model, task, None)
        fit(learner, task, seed, f"{role} {number + 1} of {count}", self.progress)
        return model

    def student(self, task: Task, label: str, lesson: Lesson | None) -> Model:
        """Both students start from the same weights, so they differ by the lesson alone."""
        seed = _seed(self.recipe.seed, "student", 0)
        model = self.framework.student(self.recipe.student, task.shape, task.classes, seed)
        fit(self.framework.learner(model, task, lesson), task, seed, label, self.progress)
        return self.framework.settled(model)

    def mean_logits(self, models: Sequence[Model], x: Features) -> Logits:
        return np.mean([self.framework.logits(model, x) for model in models], axis=0, dtype=np.float32)

    def validation(self, model: Model, data: Dataset) -> float:
        return accuracy(self.framework.logits(model, data.x_validation), data.y_validation)

    def scores(self, models: Sequence[Model], data: Dataset) -> Scores:
        return Scores(
            train=accuracy(self.mean_logits(models, data.x_train), data.y_train),
            validation=accuracy(self.mean_logits(models, data.x_validation), data.y_validation),
            test=accuracy(self.mean_logits(models, data.x_test), data.y_test),
        )


def _seed(seed: int, role: str, member: int) -> int:
    return int(np.random.SeedSequence([seed, *role.encode(), member]).generate_state(1)[0] >> 1)
