"""What the steps of compression share: a ``Lab`` that trains and judges, and the ``Candidate`` that each step changes.

Everything here sees the training and the validation split, nothing the test split.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic
from weakref import WeakKeyDictionary

import numpy as np

from edgeflow.datasets._data import Features
from edgeflow.recipe import Recipe, Student, Teacher, Training
from edgeflow.recipe_cost import quantized_cost
from edgeflow.recipe_layout import Placed
from edgeflow.training._fit import Lesson, Logits, Masks, Pressure, Progress, Task, accuracy, fit
from edgeflow.training._floats import FloatJob, members, seed_of
from edgeflow.training._framework import Framework, Model
from edgeflow.training._trained import State, Weights


@dataclass(frozen=True, eq=False)
class Candidate:
    """A student on its way: what it is, what it weighs, and what it learns from when it is trained again."""

    spec: Student
    latent: State
    task: Task
    lesson: Lesson | None = None
    masks: Masks = field(default_factory=dict)  # zeros that stay


@dataclass(frozen=True, eq=False)
class Lab(Generic[Model]):
    recipe: Recipe
    progress: Progress
    framework: Framework[Model]
    task: Task  # of a student without a lesson
    floats: Mapping[str, Sequence[Model]]  # the networks that every recipe trains: "ensemble", "baseline"
    given: Mapping[str, Weights] = field(default_factory=dict)  # of float networks trained before, by their jobs' keys
    built: MutableMapping[Candidate, Model] = field(default_factory=WeakKeyDictionary)

    def float_network(self, job: FloatJob) -> Model:
        """Trained, now or before."""
        model = self.framework.float_network(job.spec, self.task.shape, self.task.classes, job.seed)
        if job.key in self.given:
            self.framework.fill(model, self.given[job.key])
            return model
        task = replace(self.task, schedule=job.spec.training)
        fit(self.framework.learner(model, task, None, {}), task, job.seed, job.label, self.progress)
        return model

    def ensemble(self, spec: Teacher, role: str) -> list[Model]:
        return [self.float_network(job) for job in members(spec, role, self.recipe.seed)]

    def fresh(self, spec: Student) -> Candidate:
        """A student before any training. All of one spec start from the same weights, so they differ by what they
        learn from alone."""
        model = self.framework.student(spec, self.task.shape, self.task.classes, self.seed)
        return Candidate(spec, self.framework.latent(model), self.task)

    def trained(
        self,
        candidate: Candidate,
        label: str,
        epochs: range | None = None,
        remask: Callable[[int, State], Masks] | None = None,
        choose_from: int = 0,
        model: Model | None = None,
    ) -> Candidate:
        """The candidate after a whole schedule of its task, or after some epochs of it, with the best epoch's weights,
        of those from ``choose_from`` on.

        ``remask(epoch, latent)`` gives new masks for that epoch, none where they stay. ``model``: trained in the place
        of the candidate's own.
        """
        model, masks = model or self.latent_model(candidate), dict(candidate.masks)
        epochs = epochs or range(candidate.task.schedule.epochs)
        if remask:
            masks = {name: np.ones_like(kernel, bool) for name, kernel in kernels_of(candidate.latent).items()} | masks
        learner = self.framework.learner(model, candidate.task, candidate.lesson, masks)

        def before_epoch(epoch: int) -> None:
            found = remask(epoch, self.framework.latent(model)) if remask else {}
            masks.update(found)
            learner.mask(found)

        task, lesson = candidate.task, candidate.lesson
        fit(learner, task, self.seed, label, self.progress, lesson, before_epoch, epochs, choose_from)
        return replace(candidate, latent=self.framework.latent(model), masks=masks)

    def with_free_widths(
        self, candidate: Candidate, pressure: Pressure, label: str
    ) -> tuple[Candidate, dict[str, float]]:
        """The candidate after its schedule with weight bits that move, and where they ended. The last epoch counts:
        earlier ones pay more bits than the budget has."""
        task = self.task
        spec, latent = candidate.spec, candidate.latent
        model = self.framework.free_widths(spec, task.shape, task.classes, latent, pressure)
        last = candidate.task.schedule.epochs - 1
        made = self.trained(candidate, label, choose_from=last, model=model)
        return made, self.framework.learned_widths(model)

    def scheduled(self, candidate: Candidate, training: Training | None) -> Candidate:
        """The candidate with a step's own schedule, if it has one."""
        return replace(candidate, task=replace(candidate.task, schedule=training or self.recipe.training))

    def retrained(self, candidate: Candidate, training: Training | None, label: str) -> Candidate:
        return self.trained(self.scheduled(candidate, training), label)

    def model(self, candidate: Candidate) -> Model:
        """The candidate as it would be built, to look at; made once, for making one takes longer than judging it."""
        if candidate not in self.built:
            self.built[candidate] = self.framework.settled(self.latent_model(candidate))
        return self.built[candidate]

    def latent_model(self, candidate: Candidate) -> Model:
        task = self.task
        return self.framework.student_of(candidate.spec, task.shape, task.classes, candidate.latent)

    def mean_logits(self, models: Sequence[Model], x: Features) -> Logits:
        return np.mean([self.framework.logits(model, x) for model in models], axis=0, dtype=np.float32)

    def validation(self, candidate: Candidate) -> float:
        """Accuracy on the validation split, as built."""
        return self.validation_of([self.model(candidate)])

    def validation_of(self, models: Sequence[Model]) -> float:
        """The same of models whose logits are averaged."""
        return accuracy(self.mean_logits(models, self.task.x_validation), self.task.y_validation)

    def layout(self, spec: Student) -> tuple[Placed, ...]:
        return spec.layout(self.task.shape, self.task.classes)

    def weight_bits(self, spec: Student) -> int:
        return quantized_cost(self.layout(spec), spec).weight_bits

    def nonzero_weights(self, candidate: Candidate) -> int:
        """Of the kernels as quantized."""
        kernels = self.framework.kernels(self.model(candidate))
        return sum(int(np.count_nonzero(kernel)) for kernel in kernels.values())

    @property
    def seed(self) -> int:
        """Of every student."""
        return seed_of(self.recipe.seed, "student", 0)


def kernels_of(latent: State) -> State:
    """By layer."""
    return {key.removesuffix("/kernel"): array for key, array in latent.items() if key.endswith("/kernel")}
