"""What is swept: ``Sweep`` is SWEEP.yaml as a value, ``Plan`` a sweep with all that running it takes.

recipe: recipe.yaml                               # the base, beside this file
space:
  student.hidden.0.weight_bits: [2, 3, 4]         # any key of the recipe, dotted
  compression.0.distill.temperature: {low: 1.0, high: 8.0, log: true}
objectives: [accuracy, estimated.luts]
constraints: {accuracy: {at_least: 0.96}}
fits: ulx3s
sampler: tpe
trials: 64
"""

import json
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from edgeflow import catalog
from edgeflow.errors import did_you_mean
from edgeflow.recipe_layers import Section
from edgeflow.sweep.figures import FIGURES, Stage
from edgeflow.sweep.space import Dimension, Range, Value

Point = dict[str, Value]  # dotted key -> value
Asked = tuple[Point, dict[str, Any]]  # a point, and what its sampler keeps with the trial
SAMPLERS, ENGINES, TRACKERS, BOARDS = "sweep.samplers", "sweep.engines", "sweep.trackers", "boards"


def _one_of(kind: str) -> AfterValidator:
    def check(name: str) -> str:
        if name not in (known := catalog.names(kind)):
            raise ValueError(f'{kind}: no "{name}"{did_you_mean(name, known)}')
        return name

    return AfterValidator(check)


def _figure(name: str) -> str:
    if name not in FIGURES:
        kinds = " or ".join(f'"{full}"' for full in FIGURES if full.partition(".")[2] == name)
        near = f"; did you mean {kinds}?" if kinds else did_you_mean(name, FIGURES)
        raise ValueError(f'figures: no "{name}"{near}')
    return name


FigureName = Annotated[str, AfterValidator(_figure)]
Amount = Annotated[float, Field(ge=0)]


class Bound(Section):
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> "Bound":
        if self.at_least is None and self.at_most is None:
            raise ValueError("bounds nothing; give at_least or at_most")
        return self

    def violation(self, value: float) -> float:
        """By how much the value is outside; zero or less within."""
        over = [] if self.at_most is None else [value - self.at_most]
        return max(over + ([] if self.at_least is None else [self.at_least - value]))


class Limits(Section):
    """Of one trial, its tools included; a trial beyond them is ended, and failed."""

    seconds: Annotated[float, Field(gt=0)] = 3600.0
    memory_gib: Annotated[float, Field(gt=0)] = 8.0  # resident


class Resources(Section):
    """What one trial takes of the machine that it runs on."""

    cpu: Annotated[float, Field(gt=0)] = 1.0
    gpu: Annotated[int, Field(ge=0)] = 0
    memory_gib: Amount = 0.0


Axis = Annotated[
    Annotated[Range, Tag("<range>")] | Annotated[list[Any], Field(min_length=1), Tag("<values>")],
    Discriminator(lambda value: "<range>" if isinstance(value, (dict, Range)) else "<values>"),
]


class Sweep(Section):
    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]
    recipe: str
    space: dict[str, Axis] = Field(min_length=1)
    objectives: list[FigureName] = Field(default=["accuracy", "weight_bits"], min_length=1)
    constraints: dict[FigureName, Bound] = Field(default={})
    fits: Annotated[str, _one_of(BOARDS)] | None = None
    sampler: Annotated[str, _one_of(SAMPLERS)] = "tpe"
    trials: Annotated[int, Field(ge=1, le=100_000)] | None = None  # a grid has as many as it has points
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    limits: Limits = Limits()
    resources: Resources = Resources()
    trackers: list[Annotated[str, _one_of(TRACKERS)]] = Field(default=[])

    @property
    def dimensions(self) -> list[Dimension]:
        return [Dimension(key, axis) for key, axis in self.space.items()]

    @property
    def stage(self) -> Stage:
        """How far every trial goes: as its objectives and constraints ask."""
        asked = [FIGURES[name].stage for name in (*self.objectives, *self.constraints)]
        return max(asked + ([Stage.ESTIMATE] if self.fits else []))

    @property
    def total(self) -> int:
        """How many trials."""
        return self.trials or grid_size(self.dimensions)


def grid_size(dimensions: list[Dimension]) -> int:
    size = 1
    for dimension in dimensions:
        size *= dimension.size
    return size


@dataclass(frozen=True)
class Plan:
    """A sweep that any process can work on: nothing but this and the folder is needed."""

    sweep: Sweep
    recipe: str  # the base, YAML text
    function: str = "edgeflow.sweep.trial:run"  # Task -> figures, as module:name
    preload: tuple[str, ...] = ()  # modules that the fork server imports before the first trial

    def to_json(self) -> str:
        data = {"sweep": self.sweep.model_dump(mode="json"), "recipe": self.recipe}
        return json.dumps(data | {"function": self.function, "preload": self.preload}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        data = json.loads(text)
        sweep = Sweep.model_validate(data["sweep"])
        return cls(sweep, data["recipe"], data["function"], tuple(data["preload"]))
