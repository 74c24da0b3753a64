"""Table: ``y = values[x - x.lo]`` for narrow x: any function of one value, such as hls4ml's sigmoid and tanh.

Hardware: a tree of choices by the bits of x, which synthesis folds into lookup tables; equal branches are one. Streamed
and wider than LOGIC_BITS, hw/rtl/ef_table.sv, a memory a lane.
"""

from dataclasses import dataclass
from math import gcd

import numpy as np

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._cost import Cost, block_rom
from edgeflow.kernels._elementwise import Elementwise
from edgeflow.kernels._handshake import Pipeline
from edgeflow.kernels._unit import Shape, Stage, Unit, elementwise, hex_rows, whole_frame

MAX_BITS = 12
LOGIC_BITS = 7  # a lane of a wider table is smaller in memory


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

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        if shape == "parallel":
            return whole_frame(self)
        if self.x.width <= LOGIC_BITS:
            return elementwise(self, lanes)
        return [self._unit(gcd(lanes[0], self.features))]

    @property
    def _by_code(self) -> Integers:
        """Values by the bits of x as an unsigned number: of a signed x the non-negative half first."""
        return np.roll(self.values, self.x.lo)

    def _looked_up(self, circuit: Circuit, a: Term) -> Term:
        level = [circuit.const(value) for value in self._by_code.tolist()]
        for bit in range(self.x.width):
            condition = circuit.wrap(circuit.drop(a, bit), Fixed(1, signed=False))
            level = [circuit.choose(condition, one, zero) for zero, one in zip(level[::2], level[1::2], strict=True)]
        return level[0]

    def _unit(self, lanes: int) -> Unit:
        return Unit(
            "ef_table",
            {"Lanes": lanes, "XWidth": self.x.width, "YWidth": self.y.width},
            in_lanes=lanes,
            in_bits=lanes * self.x.width,
            out_lanes=lanes,
            interval_cycles=self.features // lanes,
            handshake=lambda: Pipeline(2),
            cost=block_rom(len(self.values), self.y.width) * lanes + Cost(luts=2, ffs=2 + lanes * self.y.width),
            memories={"TableFile": hex_rows(self._by_code[:, None], self.y.width)},
        )
