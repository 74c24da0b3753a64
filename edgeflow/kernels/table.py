"""Table: ``y = values[x - x.lo]`` for narrow x: any function of one value, such as hls4ml's sigmoid and tanh.

Hardware: a tree of choices by the bits of x, which synthesis folds into lookup tables; equal branches are one.
"""

from dataclasses import dataclass

import numpy as np

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._elementwise import Elementwise

MAX_BITS = 12


@dataclass(frozen=True, eq=False)
class Table(Elementwise):
    x: Fixed
    values: Integers  # (2**x.width,), by ascending x
    y: Fixed
    features: int

    def __post_init__(self) -> None:
        if self.x.width > MAX_BITS:
            raise InputError(f"table: {self.x.width} input bits are over {MAX_BITS}; quantize the input first")
        if self.values.shape != (1 << self.x.width,):
            raise InputError(f"table: values {self.values.shape} are not one for each of {1 << self.x.width} inputs")
        if self.values.min() < self.y.lo or self.values.max() > self.y.hi:
            raise InputError(f"table: values {self.values.min()}..{self.values.max()} leave {self.y}")

    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, features)."""
        found: Integers = self.values[x - self.x.lo]
        return found

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        return [self._looked_up(circuit, a) for a in x]

    def _looked_up(self, circuit: Circuit, a: Term) -> Term:
        by_code = np.roll(self.values, self.x.lo)  # two's complement: the non-negative half first
        level = [circuit.const(value) for value in by_code.tolist()]
        for bit in range(self.x.width):
            condition = circuit.wrap(circuit.drop(a, bit), Fixed(1, signed=False))
            level = [circuit.choose(condition, one, zero) for zero, one in zip(level[::2], level[1::2], strict=True)]
        return level[0]
