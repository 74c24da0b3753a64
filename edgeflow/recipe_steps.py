"""The steps of a recipe's ``compression``: which there are, and what stands in each, its own file says.

- distill: {temperature: 1.0, weight: 0.9}

A step is a file in ``training/steps/`` with a ``Section``; what a recipe can say of it is that section's fields.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator, SerializeAsAny, create_model

from edgeflow import catalog
from edgeflow.errors import InputError, did_you_mean
from edgeflow.recipe_layers import Section
from edgeflow.recipe_layout import Shape

KIND = "training.steps"
MOST_ENDS = 64
Points = Annotated[float, Field(ge=0, le=100)]


class StepSection(Section):
    """What every step can be told."""

    max_points_lost: Points | None = None  # on the validation split, else the step is undone; None: it stays


class Step(Section):
    """One item of ``compression``: a single key, the step's name, that holds its section."""

    @property
    def name(self) -> str:
        (name,) = type(self).model_fields
        return name

    @property
    def section(self) -> StepSection:
        section: StepSection = getattr(self, self.name)
        return section


@cache
def step_model(name: str) -> type[Step]:
    """The item that holds the section of the step of this name."""
    return create_model("Step", __base__=Step, **{name: (catalog.load(KIND, name).Section, ...)})  # type: ignore[call-overload, no-any-return]


def _step(value: Any) -> Step:
    if isinstance(value, Step):
        return value
    known = catalog.names(KIND)
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"a step is a single key with its section; one of {', '.join(known)}")
    (name,) = value
    if name not in known:
        raise ValueError(f'no compression step "{name}"{did_you_mean(str(name), known)}')
    return step_model(name).model_validate(value)


def step_problems(step: Step, shape: Shape, student: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """What of a step cannot be, on samples of ``shape`` or with the recipe's student (None if that is wrong in itself);
    each at its key below the item."""
    check = getattr(catalog.load(KIND, step.name), "problems", None)
    for key, message in check(step.section, shape, student) if check else ():
        yield (step.name, *key), message


def step_files(steps: Iterable[Step]) -> list[Path]:
    """What training reads besides the data set."""
    return _told(steps, "files")


def step_teachers(steps: Iterable[Step]) -> list[Any]:
    """Ensembles that steps name in their sections."""
    return _told(steps, "teachers")


def step_ends(steps: Iterable[Step], student: Any, shape: Shape, classes: int) -> list[Any]:
    """Every student, by its sizes, that the steps may end with, the one of no undone step first; none if there are too
    many to tell, or a step cannot be. What depends on weights counts as unchanged."""
    ends = [student]
    for step in steps:
        resized = getattr(catalog.load(KIND, step.name), "resized", None)
        if resized is None:
            continue
        try:
            made = [resized(step.section, end, shape, classes) for end in ends]
        except InputError:  # the step says so itself
            return []
        ends = made + (ends if step.section.max_points_lost is not None else [])
        if len(ends) > MOST_ENDS:
            return []
    return ends


def _told(steps: Iterable[Step], what: str) -> list[Any]:
    """What the steps' files say of their sections, where they say it."""
    return [found for step in steps for found in getattr(catalog.load(KIND, step.name), what, _none)(step.section)]


def _none(section: StepSection) -> list[Any]:
    return []


AnyStep = Annotated[SerializeAsAny[Step], PlainValidator(_step)]
