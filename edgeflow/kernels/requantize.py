"""Requantize: assign ``x`` to format ``y``, rounding first, then overflow; a linear cast, exact as ap_fixed's.

Hardware: constants folded into the bias before it and a few gates.
"""

from dataclasses import dataclass

from edgeflow.circuit import rounding as rounds
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Integers
from edgeflow.kernels._cast import Cast


@dataclass(frozen=True)
class Requantize(Cast):
    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, features), bit for bit."""
        return self.assigned(x)

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        return [rounds.limit(circuit, a, self.y, self.overflow) for a in self.rounded(circuit, x)]
