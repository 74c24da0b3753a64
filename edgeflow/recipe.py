"""The recipe: what we want, as a YAML file one can write from memory.

``load`` reads it, checks everything at once, and answers mistakes as ``file:line:col: key: rule``.
Heavy frameworks are not imported; names of data sets and boards are checked against the files that exist.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from edgeflow import catalog
from edgeflow.errors import did_you_mean

Bits = Annotated[int, Field(ge=1, le=16)]
Count = Annotated[int, Field(ge=1, le=4096)]
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


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Training(Section):
    epochs: Annotated[int, Field(ge=1, le=10_000)] = 100
    batch_size: Count = 64
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.003  # the first one; a cosine leads it to zero


class FloatMlp(Section):
    """A float multilayer perceptron with ReLU; ``members`` of them make an ensemble."""

    hidden: list[Count] = Field(min_length=1, max_length=8)
    members: Annotated[int, Field(ge=1, le=16)] = 1
    training: Training = Training()


class HiddenLayer(Section):
    """A quantized dense layer and the quantized ReLU behind it."""

    units: Count
    weight_bits: Annotated[int, Field(ge=2, le=16)] = 4
    bias_bits: Annotated[int, Field(ge=2, le=16)] = 6
    activation_bits: Bits = 4
    activation_integer_bits: Annotated[int, Field(ge=0, le=8)] = 2

    @model_validator(mode="after")
    def _integer_bits_fit(self) -> "HiddenLayer":
        if self.activation_integer_bits > self.activation_bits:
            integer, total = self.activation_integer_bits, self.activation_bits
            raise ValueError(f"activation_integer_bits = {integer} exceeds activation_bits = {total}")
        return self


class OutputLayer(Section):
    """The dense layer that makes the logits."""

    weight_bits: Annotated[int, Field(ge=2, le=16)] = 4
    bias_bits: Annotated[int, Field(ge=2, le=16)] = 6


class Widths(NamedTuple):
    """Bits of one dense layer's weights, biases and inputs."""

    weight: int
    bias: int
    x: int


class Student(Section):
    framework: Annotated[str, _in_catalog("training")] = "qkeras"
    input_bits: Bits = 4
    hidden: list[HiddenLayer] = Field(min_length=1, max_length=8)
    output: OutputLayer = OutputLayer()

    @property
    def widths(self) -> list[Widths]:
        """Of every dense layer, first to last."""
        x = [self.input_bits, *(layer.activation_bits for layer in self.hidden)]
        layers: list[HiddenLayer | OutputLayer] = [*self.hidden, self.output]
        return [Widths(layer.weight_bits, layer.bias_bits, bits) for layer, bits in zip(layers, x, strict=True)]


class Distill(Section):
    """Cross-entropy plus temperature-scaled KL to the teacher (Hinton, Vinyals, Dean 2015, section 2)."""

    temperature: Annotated[float, Field(gt=0, le=100)] = 3.0
    weight: Annotated[float, Field(ge=0, le=1)] = 0.5  # share of the KL term
    shift_pixels: Annotated[float, Field(ge=0, le=1)] = 0.0  # images only: the teacher also labels copies moved so far


class DistillStep(Section):
    distill: Distill


class Fold(Section):
    """Time multiplexing of one dense layer: ``pe`` outputs and ``simd`` inputs a clock cycle."""

    pe: Count
    simd: Count


def _word_or_section(value: object) -> str:
    """One branch of the unions below, so that a mistake is reported against what was meant."""
    return "section" if isinstance(value, (dict, Fold)) else "word"


Word = Annotated[Literal["unrolled", "folded"], Tag("word")]
LayerFolding = Annotated[Word | Annotated[Fold, Tag("section")], Discriminator(_word_or_section)]
Folding = Annotated[Word | Annotated[dict[str, LayerFolding], Tag("section")], Discriminator(_word_or_section)]


class Hardware(Section):
    board: Annotated[str, _in_catalog("boards")] = "ulx3s"
    clock_mhz: Annotated[float, Field(gt=0, le=1000)] = 100.0
    folding: Folding = "unrolled"
    seeds: Annotated[int, Field(ge=1, le=32)] = 3  # place-and-route runs; the best one is kept


class Recipe(Section):
    name: Annotated[str, AfterValidator(_plain_name)]
    dataset: Annotated[str, _in_catalog("datasets")]
    seed: Seed = 1
    teacher: FloatMlp
    baseline: FloatMlp
    student: Student
    compression: list[DistillStep] = Field(default=[], max_length=1)
    training: Training = Training()  # the student's
    hardware: Hardware = Hardware()

    @property
    def distill(self) -> Distill | None:
        return self.compression[0].distill if self.compression else None

    @property
    def training_slice(self) -> dict[str, object]:
        """All that training depends on, as plain data: hardware choices never retrain a model."""
        return self.model_dump(exclude={"name", "hardware"})

    @property
    def dense_names(self) -> list[str]:
        """The student's dense layers, first to last: the keys of ``hardware.folding``."""
        return [f"dense_{i}" for i in range(len(self.student.hidden) + 1)]


def load(path: Path) -> Recipe:
    """Read a recipe. Raises RecipeError with every mistake at its place in the file."""
    from edgeflow.recipe_file import read

    return read(path)
