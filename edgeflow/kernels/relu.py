"""ReLU with a cast: ``y = cast(x)`` where x > 0, else 0; rounding comes after the comparison.

Every rounding mode is monotone and keeps 0, so ``max(round(x), 0)`` is the same value: the hardware tests the sign of
the rounded number, a clip.
"""

from dataclasses import dataclass

import numpy as np

from edgeflow.circuit import rounding as rounds
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Integers, Overflow
from edgeflow.kernels._cast import Cast


@dataclass(frozen=True)
class Relu(Cast):
    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, features), bit for bit."""
        return np.where(x > 0, self.assigned(x), 0)

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        return [self._limited(circuit, a) for a in self.rounded(circuit, x)]

    def _limited(self, circuit: Circuit, a: Term) -> Term:
        """Saturation clips to 0..hi at once; wrapping needs the positive part first."""
        if self.overflow is Overflow.WRAP:
            return rounds.limit(circuit, rounds.relu(circuit, a), self.y, self.overflow)
        return circuit.clip(a, 0, self.y.hi)
