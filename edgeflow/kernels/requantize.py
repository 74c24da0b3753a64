"""Requantize: assign ``x`` to format ``y``, rounding first, then overflow; a linear cast, exact as ap_fixed's.

Hardware: unrolled, constants folded into the bias before it and a few gates; folded, hw/rtl/ef_requantize.sv.
"""

from dataclasses import dataclass

from edgeflow.circuit import rounding as rounds
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Integers
from edgeflow.kernels._cast import Cast
from edgeflow.kernels._unit import Fold, Unit


@dataclass(frozen=True)
class Requantize(Cast):
    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, features), bit for bit."""
        return self.assigned(x)

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        return [rounds.limit(circuit, a, self.y, self.overflow) for a in self.rounded(circuit, x)]

    def unit(self, fold: Fold) -> Unit:
        return self.streaming(fold.pe, relu=False)
