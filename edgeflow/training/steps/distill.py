"""Distillation: train the student on a teacher's soft labels; the better student on validation is kept.

Who teaches is the recipe's ensemble, its float baseline, the student as the steps before have made it (born again:
Furlanello et al. 2018; behind ``widen`` or ``deepen``, a small model that starts a bigger one), or a float network of
this step's own, small ones too (reversed: Yuan et al. 2020). Soft labels are computed once for all trials.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag

from edgeflow.recipe import Student, Teacher, Training
from edgeflow.recipe_layers import Count
from edgeflow.recipe_layers import Section as Part
from edgeflow.recipe_layout import MisfitError, Shape
from edgeflow.recipe_steps import Points, StepSection
from edgeflow.training import _lessons
from edgeflow.training._augment import Examples
from edgeflow.training._fit import Lesson
from edgeflow.training._floats import OWN_TEACHER, seed_of
from edgeflow.training._framework import Model
from edgeflow.training._generators import GENERATORS
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._tune import Range, maximize

RANGES = {"temperature": Range(0.5, 10, log=True), "weight": Range(0, 1), "feature_weight": Range(0.01, 10, log=True)}


class Generate(Part):
    """Samples made from the training set for the teacher to label; training/_generators.py says how."""

    kind: Literal["mixup", "within_class", "jitter"]
    samples: Annotated[int, Field(ge=1, le=1_000_000)]
    strength: Annotated[float, Field(gt=0, le=1)] = 0.5


class Tune(Part):
    """Each trial is a whole training; the first one has the step's own values."""

    trials: Count


def _who(value: Any) -> str:
    return "<own>" if isinstance(value, (dict, Teacher)) else "<word>"


Word = Annotated[Literal["ensemble", "baseline", "student"], Tag("<word>")]


class Section(StepSection):
    max_points_lost: Points | None = 0.0
    teacher: Annotated[Word | Annotated[Teacher, Tag("<own>")], Discriminator(_who)] = "ensemble"
    start: Literal["initial", "student"] = "initial"  # the weights that training starts from
    temperature: Annotated[float, Field(gt=0, le=100)] = 3.0
    weight: Annotated[float, Field(ge=0, le=1)] = 0.5  # share of the KL term
    schedule: Literal["constant", "annealed"] = "constant"  # annealed: the share goes to zero
    feature_weight: Annotated[float, Field(ge=0, le=100)] = 0.0  # of the teachers' hidden activations; 0: not matched
    shift_pixels: Annotated[float, Field(ge=0, le=1)] = 0.0  # images only: the teacher also labels copies moved so far
    unlabelled: str | None = None  # an .npz with samples x, which the teacher labels
    generate: Generate | None = None
    tune: Tune | None = None
    training: Training | None = None  # the recipe's unless told


def problems(section: Section, shape: Shape, student: Student | None) -> Iterator[tuple[tuple[str, ...], str]]:
    if section.shift_pixels and len(shape) != 3:
        yield ("shift_pixels",), "the data set has no pixels to shift; leave it out"
    if section.unlabelled and not Path(section.unlabelled).is_file():
        yield ("unlabelled",), f"no file {section.unlabelled}"
    try:
        if isinstance(section.teacher, Teacher):
            section.teacher.layout(shape, classes=2)  # any number
    except MisfitError as error:
        yield ("teacher", "hidden", *error.place), error.message


def files(section: Section) -> list[Path]:
    """What training reads besides the data set."""
    return [Path(section.unlabelled)] if section.unlabelled else []


def teachers(section: Section) -> list[Teacher]:
    """Those of this step's own."""
    return [section.teacher] if isinstance(section.teacher, Teacher) else []


def run(lab: Lab[Model], candidate: Candidate, section: Section) -> tuple[Candidate, dict[str, Any]]:
    task = replace(lab.task, examples=_examples(lab, section), schedule=section.training or lab.task.schedule)
    start = replace(lab.fresh(candidate.spec), masks=candidate.masks) if section.start == "initial" else candidate
    pupil = replace(start, task=task, lesson=_lesson(lab, candidate, section, task.examples))
    if section.tune is None:
        return lab.trained(pupil, LABEL), {}
    return _tuned(lab, pupil, section, section.tune.trials)


LABEL = "student with distillation"


def _examples(lab: Lab[Model], section: Section) -> Examples:
    labelled = examples = replace(lab.task.examples, pixels=section.shift_pixels)
    if section.unlabelled:
        examples = examples.with_unlabelled(_lessons.unlabelled(Path(section.unlabelled), prod(lab.task.shape)))
    if (wanted := section.generate) is not None:
        random = np.random.default_rng(seed_of(lab.recipe.seed, "generate", 0))
        made = GENERATORS[wanted.kind](labelled, wanted.samples, wanted.strength, random)
        examples = examples.with_unlabelled(made)
    return examples


def _lesson(lab: Lab[Model], candidate: Candidate, section: Section, examples: Examples) -> Lesson:
    models, channels = _models(lab, candidate, section)
    matched = section.feature_weight > 0
    return Lesson(
        _lessons.soft_labels(lab, models, examples),
        section.temperature,
        section.weight,
        section.schedule == "annealed",
        _lessons.hidden_activations(lab, models, channels, examples) if matched else None,
        section.feature_weight,
    )


def _models(lab: Lab[Model], candidate: Candidate, section: Section) -> tuple[Sequence[Model], int]:
    """Who teaches, and how many channels their last hidden layers have."""
    recipe, shape, classes = lab.recipe, lab.task.shape, lab.task.classes
    match section.teacher:
        case Teacher() as own:
            models, layout = lab.ensemble(own, OWN_TEACHER), own.layout(shape, classes)
        case "student":
            models, layout = [lab.model(candidate)], candidate.spec.layout(shape, classes)
        case word:
            models = [*lab.floats[word]]
            layout = (recipe.teacher if word == "ensemble" else recipe.baseline).layout(shape, classes)
    return models, layout[-2].channels


def _tuned(lab: Lab[Model], pupil: Candidate, section: Section, trials: int) -> tuple[Candidate, dict[str, Any]]:
    """The best of some trials on validation, the first of equals."""
    assert pupil.lesson
    lesson, made = pupil.lesson, list[Candidate]()

    def score(values: dict[str, Any]) -> float:
        label = f"{LABEL}, trial {len(made) + 1} of {trials}"
        made.append(lab.trained(replace(pupil, lesson=replace(lesson, **values)), label))
        return lab.validation(made[-1])

    ranges = {name: r for name, r in RANGES.items() if name != "feature_weight" or section.feature_weight}
    start = {name: float(getattr(section, name)) for name in ranges}
    done = maximize(score, ranges, start, trials, lab.seed)
    best = max(range(trials), key=lambda i: done[i][1])
    return made[best], {"trials": [values | {"validation": found} for values, found in done], **done[best][0]}
