"""The recipe: what we want, as a YAML file one can write from memory.

``load`` reads it, checks everything at once, and answers mistakes as ``file:line:col: key: rule``.
Heavy frameworks are not imported; names of data sets and boards are checked against the files that exist.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationError

from edgeflow import catalog, recipe_layout
from edgeflow.errors import InputError, did_you_mean
from edgeflow.recipe_layers import Bits, Count, Dense, FloatLayer, OutputLayer, QuantizedLayer, Section
from edgeflow.recipe_layout import Placed, Shape
from edgeflow.recipe_steps import AnyStep

Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]


def _plain_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        raise ValueError(f"{name!r} must be 1 to 40 characters of a-z, 0-9 and _, a letter first")
    return name


def _in_catalog(kind: str) -> AfterValidator:
    def check(name: str) -> str:
        known = catalog.names(kind)
        if name not in known:
            raise ValueError(f'no {kind} entry "{name}"{did_you_mean(name, known)}')
        return name

    return AfterValidator(check)


class Training(Section):
    epochs: Annotated[int, Field(ge=1, le=10_000)] = 100
    batch_size: Count = 64
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.003  # the first one; a cosine leads it to zero
    best_of_last: Annotated[float, Field(gt=0, le=1)] = 1.0  # share of the epochs, the last ones, that may be the best

    @property
    def first_choice(self) -> int:
        """The first epoch that may be the best one; at least the last epoch may."""
        return self.epochs - max(1, round(self.best_of_last * self.epochs))


class FloatNetwork(Section):
    """Float layers with ReLU behind them."""

    hidden: list[FloatLayer] = Field(min_length=1, max_length=32)
    training: Training = Training()

    def layout(self, shape: Shape, classes: int) -> tuple[Placed, ...]:
        return recipe_layout.place(self.hidden, shape, Dense(units=classes), classes)


class Teacher(FloatNetwork):
    """``members`` networks whose logits are averaged."""

    members: Annotated[int, Field(ge=1, le=16)] = 1


class Student(Section):
    """Inputs are quantized to [0, 1). ``scale: power_of_two``: every tensor has the fixed-point format that its layer
    names. ``float``: training finds each scale, from that format on; biases lie on the grid of the sums.
    ``per_channel``: training finds a weight scale for each output of a hidden layer; the output layer has one for all,
    because logits must compare.
    """

    framework: Annotated[str, _in_catalog("training")] = "qkeras"
    scale: Literal["power_of_two", "float"] = "power_of_two"
    per_channel: bool = False
    input_bits: Bits = 4
    hidden: list[QuantizedLayer] = Field(min_length=1, max_length=32)
    output: OutputLayer = OutputLayer()

    def layout(self, shape: Shape, classes: int) -> tuple[Placed, ...]:
        return recipe_layout.place(self.hidden, shape, self.output, classes)


class Fold(Section):
    """Time multiplexing of one layer: ``pe`` outputs and ``simd`` inputs of each a clock cycle."""

    pe: Count
    simd: Count


class Pixels(Section):
    """Weights in logic, ``pixels`` output pixels of an image a clock cycle."""

    pixels: Count


def _branch(value: object) -> str:
    """One branch of the unions below, so that a mistake is reported against what was meant."""
    match value:
        case Pixels() | {"pixels": _}:
            return "<pixels>"
        case Fold() | dict():
            return "<fold>"
        case _:
            return "<word>"


def _word_or_layers(value: object) -> str:
    return "<layers>" if isinstance(value, dict) else "<word>"


# unrolled: an output pixel a cycle, weights in logic; parallel: a whole frame a cycle
Word = Annotated[Literal["unrolled", "folded", "parallel"], Tag("<word>")]
FOLDINGS: dict[str, type[Section]] = {"<fold>": Fold, "<pixels>": Pixels}
Sections = Annotated[Fold, Tag("<fold>")] | Annotated[Pixels, Tag("<pixels>")]
LayerFolding = Annotated[Word | Sections, Discriminator(_branch)]
Folding = Annotated[Word | Annotated[dict[str, LayerFolding], Tag("<layers>")], Discriminator(_word_or_layers)]


BoardName = Annotated[str, _in_catalog("boards")]
ClockMhz = Annotated[float, Field(gt=0, le=1000)]
Seeds = Annotated[int, Field(ge=1, le=32)]


class OnBoard(Section):
    """What differs on another board."""

    clock_mhz: ClockMhz | None = None
    folding: Folding | None = None
    seeds: Seeds | None = None


class Hardware(Section):
    board: BoardName = "ulx3s"
    clock_mhz: ClockMhz = 100.0
    folding: Folding = "unrolled"
    seeds: Seeds = 3  # place-and-route runs; the best one is kept
    boards: dict[BoardName, OnBoard] = Field(default={})  # others that the model is made for; --board takes them


class Energy(Section):
    """Stated, not measured: what an inference on a CPU and the training are charged with."""

    cpu_watts: Annotated[float, Field(gt=0, le=1000)] = 5.0  # a core: 280 W of an AMD EPYC 7763 / 64 cores, rounded up
    price_per_kwh: Annotated[float, Field(ge=0, le=1000)] = 0.30  # in any currency


class Recipe(Section):
    name: Annotated[str, AfterValidator(_plain_name)]
    dataset: Annotated[str, _in_catalog("datasets")]
    seed: Seed = 1
    teacher: Teacher
    baseline: FloatNetwork
    student: Student
    compression: list[AnyStep] = Field(default=[], max_length=32)  # in this order
    training: Training = Training()  # the student's
    hardware: Hardware = Hardware()
    energy: Energy = Energy()

    @property
    def training_slice(self) -> dict[str, object]:
        """All that training depends on, as plain data: hardware and its energy never retrain a model."""
        return self.model_dump(exclude={"name", "hardware", "energy"})


def hardware(**wanted: object) -> Hardware:
    """A hardware section from plain values. Raises InputError with every mistake, named as command line options are."""
    try:
        return Hardware.model_validate(wanted)
    except ValidationError as error:
        problems = [f"--{d['loc'][0]}: {d['msg'].removeprefix('Value error, ')}" for d in error.errors()]
        raise InputError("\n".join(problem.replace("_", "-", 1) for problem in problems)) from None


def load(path: Path) -> Recipe:
    """Read a recipe. Raises RecipeError with every mistake at its place in the file."""
    from edgeflow.recipe_file import read

    return read(path)
