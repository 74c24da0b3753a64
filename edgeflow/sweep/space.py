"""One dimension of a sweep's space: a dotted key of the recipe, and the values that it may have."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, model_validator

from edgeflow.recipe_layers import Section

Value = Any  # plain data, as YAML has it


class Range(Section):
    """``{low: 8, high: 64}``: whole numbers if both ends are written so, else reals; ``step`` or ``log`` if told."""

    low: int | float
    high: int | float
    step: Annotated[int | float, Field(gt=0)] | None = None
    log: bool = False

    @model_validator(mode="after")
    def _is_one(self) -> "Range":
        if self.low >= self.high:
            raise ValueError(f"low = {self.low} is not below high = {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"low = {self.low} has no logarithm; start above 0")
        if self.log and self.step:
            raise ValueError("log and step do not go together; leave one out")
        return self

    @property
    def whole(self) -> bool:
        return all(isinstance(n, int) for n in (self.low, self.high, self.step or 1))


@dataclass(frozen=True)
class Dimension:
    key: str
    axis: Range | list[Value]

    @property
    def ordered(self) -> bool:
        """Whether neighbours in the list are neighbours in meaning: it is of ascending numbers."""
        numbers = isinstance(self.axis, list) and all(type(v) in (int, float) for v in self.axis)
        return numbers and self.axis == sorted(self.axis)

    @property
    def size(self) -> int:
        """How many values; 0 if there is no end of them."""
        match self.axis:
            case list():
                return len(self.axis)
            case Range(step=step, whole=whole, low=low, high=high) if whole or step:
                return int((high - low) / (step or 1) + 1e-9) + 1
            case _:
                return 0

    def values(self) -> list[Value]:
        """All values, of a dimension that has an end of them."""
        if isinstance(self.axis, list):
            return self.axis
        step = self.axis.step or 1
        return [self.axis.low + i * step for i in range(self.size)]

    def samples(self) -> list[Value]:
        """Values that stand for all: those of a list, the ends of a range."""
        return self.axis if isinstance(self.axis, list) else [self.axis.low, self.axis.high]

    def index(self, value: Value) -> int:
        """Where the value stands in the list."""
        assert isinstance(self.axis, list)
        return [_spelled(v) for v in self.axis].index(_spelled(value))


def _spelled(value: Value) -> str:
    """1, 1.0 and true are equal in Python, and not here."""
    return json.dumps(value, sort_keys=True)
