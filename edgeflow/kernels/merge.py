"""Merge: two frames value by value, exact in the narrowest format; a cast behind it is a layer of its own.

Hardware: one operation a lane.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Integers, fixed_for
from edgeflow.kernels._unit import Shape, Stage, elementwise, whole_frame
from edgeflow.network.network import Tensor


class Operation(StrEnum):
    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    AVERAGE = "average"  # (a + b) / 2, with one fraction bit more


@dataclass(frozen=True)
class Merge:
    op: Operation
    a: Fixed
    b: Fixed
    features: int

    def __post_init__(self) -> None:
        widest = self.a.width + self.b.width + sum(self._shifts)
        if widest > MAX_WIDTH:
            raise InputError(f"merge: {self.op} of {self.a} and {self.b} may take {widest} bits, over {MAX_WIDTH}")

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return Tensor(self.a, self.features), Tensor(self.b, self.features)

    @property
    def out_features(self) -> int:
        return self.features

    @property
    def y(self) -> Fixed:
        """The narrowest format of all results."""
        a, b = np.meshgrid([self.a.lo, self.a.hi], [self.b.lo, self.b.hi])
        corners = self._merged(a, b)
        return fixed_for(int(corners.min()), int(corners.max()), self._frac)

    def golden(self, a: Integers, b: Integers) -> Integers:
        """Map two frames (batch, features) to one, bit for bit."""
        return self._merged(a, b)

    def circuit(self, circuit: Circuit, a: list[Term], b: list[Term]) -> list[Term]:
        left, right = self._shifts
        operation = _circuits(circuit)[self.op]
        return [operation(p << left, q << right) for p, q in zip(a, b, strict=True)]

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        return whole_frame(self) if shape == "parallel" else elementwise(self, lanes)

    @property
    def _shifts(self) -> tuple[int, int]:
        """What brings both to one fraction; products need none."""
        if self.op is Operation.MULTIPLY:
            return 0, 0
        return max(0, self.b.frac - self.a.frac), max(0, self.a.frac - self.b.frac)

    @property
    def _frac(self) -> int:
        if self.op is Operation.MULTIPLY:
            return self.a.frac + self.b.frac
        return max(self.a.frac, self.b.frac) + (self.op is Operation.AVERAGE)

    def _merged(self, a: Integers, b: Integers) -> Integers:
        left, right = self._shifts
        return _GOLDEN[self.op](a << left, b << right)


_GOLDEN: dict[Operation, Callable[..., Integers]] = {
    Operation.ADD: np.add,
    Operation.SUBTRACT: np.subtract,
    Operation.MULTIPLY: np.multiply,
    Operation.MAXIMUM: np.maximum,
    Operation.MINIMUM: np.minimum,
    Operation.AVERAGE: np.add,
}


def _circuits(circuit: Circuit) -> dict[Operation, Callable[[Term, Term], Term]]:
    return {
        Operation.ADD: circuit.add,
        Operation.SUBTRACT: lambda a, b: circuit.add(a, -b),
        Operation.MULTIPLY: circuit.multiply,
        Operation.MAXIMUM: circuit.larger,
        Operation.MINIMUM: circuit.smaller,
        Operation.AVERAGE: circuit.add,
    }
