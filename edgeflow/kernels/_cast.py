"""What requantize and relu share: one format assigned to another, value by value."""

from dataclasses import dataclass

from edgeflow.circuit import rounding as rounds
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding, cast
from edgeflow.kernels._elementwise import Elementwise


@dataclass(frozen=True)
class Cast(Elementwise):
    x: Fixed
    y: Fixed
    rounding: Rounding
    overflow: Overflow
    features: int

    def assigned(self, x: Integers) -> Integers:
        """``x`` in format ``y``: round, then overflow."""
        return cast(x, self.x.frac, self.y, self.rounding, self.overflow)

    def rounded(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        """``x`` on the grid of ``y``, not limited yet."""
        return [rounds.round_shift(circuit, a, self.x.frac - self.y.frac, self.rounding) for a in x]
