"""Distillation: train the student afresh on the teachers' soft labels; the better student on validation is kept.

Hinton, Vinyals, Dean 2015: cross-entropy plus temperature-scaled KL to the teachers' mean logits.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from edgeflow.recipe_layout import Shape
from edgeflow.recipe_steps import Points, StepSection
from edgeflow.training._fit import Lesson
from edgeflow.training._framework import Model
from edgeflow.training._lab import Candidate, Lab


class Section(StepSection):
    max_points_lost: Points | None = 0.0
    temperature: Annotated[float, Field(gt=0, le=100)] = 3.0
    weight: Annotated[float, Field(ge=0, le=1)] = 0.5  # share of the KL term
    shift_pixels: Annotated[float, Field(ge=0, le=1)] = 0.0  # images only: the teacher also labels copies moved so far


def problems(section: Section, shape: Shape) -> Iterator[tuple[tuple[str, ...], str]]:
    if section.shift_pixels and len(shape) != 3:
        yield ("shift_pixels",), "the data set has no pixels to shift; leave it out"


def run(lab: Lab[Model], candidate: Candidate, section: Section) -> tuple[Candidate, dict[str, Any]]:
    examples = replace(lab.task.examples, pixels=section.shift_pixels)
    copies = [lab.mean_logits(lab.teachers, examples.copy(c)) for c in range(len(examples.taps))]
    lesson = Lesson(np.concatenate(copies), section.temperature, section.weight)
    pupil = replace(lab.fresh(candidate.spec), task=replace(lab.task, examples=examples), lesson=lesson)
    return lab.trained(pupil, "student with distillation"), {}
