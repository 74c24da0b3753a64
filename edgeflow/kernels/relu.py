"""ReLU with a cast: ``y = cast(x)`` where x > 0, else 0; rounding comes after the comparison.

Every rounding mode is monotone and keeps 0, so ``max(round(x), 0)`` is the same value: the hardware tests the sign of
the rounded number. Unrolled: a clip; folded: hw/rtl/ef_requantize.sv with Relu = 1.
"""

from dataclasses import dataclass

import numpy as np

from edgeflow.circuit import rounding as rounds
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding, cast
from edgeflow.kernels._unit import Fold, Unit
from edgeflow.kernels.requantize import cast_unit


@dataclass(frozen=True)
class Relu:
    x: Fixed
    y: Fixed
    rounding: Rounding
    overflow: Overflow
    features: int

    @property
    def in_features(self) -> int:
        return self.features

    @property
    def out_features(self) -> int:
        return self.features

    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, features), bit for bit."""
        return np.where(x > 0, cast(x, self.x.frac, self.y, self.rounding, self.overflow), 0)

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        rounded = [rounds.round_shift(circuit, a, self.x.frac - self.y.frac, self.rounding) for a in x]
        return [_clipped(circuit, a, self) for a in rounded]

    def unit(self, fold: Fold) -> Unit:
        return cast_unit(self, fold.pe, relu=True)


def _clipped(circuit: Circuit, a: Term, kernel: Relu) -> Term:
    """Saturation clips to 0..hi at once; wrapping needs the positive part first."""
    if kernel.overflow is Overflow.WRAP:
        return rounds.limit(circuit, rounds.relu(circuit, a), kernel.y, kernel.overflow)
    return circuit.clip(a, 0, kernel.y.hi)
