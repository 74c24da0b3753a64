"""Requantize: assign ``x`` to format ``y``, rounding first, then overflow; a linear cast, exact as ap_fixed's.

Hardware: unrolled, constants folded into the bias before it and a few gates; folded, hw/rtl/ef_requantize.sv.
"""

from dataclasses import dataclass
from typing import Protocol

from edgeflow.circuit import rounding as rounds
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding, cast
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Fold, Unit, register_stages


@dataclass(frozen=True)
class Requantize:
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
        return cast(x, self.x.frac, self.y, self.rounding, self.overflow)

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        rounded = [rounds.round_shift(circuit, a, self.x.frac - self.y.frac, self.rounding) for a in x]
        return [rounds.limit(circuit, a, self.y, self.overflow) for a in rounded]

    def unit(self, fold: Fold) -> Unit:
        return cast_unit(self, fold.pe, relu=False)


class Cast(Protocol):
    """A kernel that assigns one format to another."""

    @property
    def x(self) -> Fixed: ...
    @property
    def y(self) -> Fixed: ...
    @property
    def rounding(self) -> Rounding: ...
    @property
    def overflow(self) -> Overflow: ...
    @property
    def features(self) -> int: ...


def cast_unit(kernel: Cast, lanes: int, relu: bool) -> Unit:
    """ef_requantize on ``lanes`` values a beat."""
    return Unit(
        "ef_requantize",
        {
            "Lanes": lanes,
            "XWidth": kernel.x.width,
            "XSigned": int(kernel.x.signed),
            "YWidth": kernel.y.width,
            "YSigned": int(kernel.y.signed),
            "Drop": max(kernel.x.frac - kernel.y.frac, 0),
            "Raise": max(kernel.y.frac - kernel.x.frac, 0),
            "Rounding": list(Rounding).index(kernel.rounding),
            "Overflow": list(Overflow).index(kernel.overflow),
            "Relu": int(relu),
        },
        in_lanes=lanes,
        in_bits=lanes * kernel.x.width,
        out_lanes=lanes,
        interval_cycles=kernel.features // lanes,
        beat_times=register_stages(2),
        cost=_lane_cost(kernel, relu) * lanes + Cost(luts=2, ffs=2),
    )


def _lane_cost(kernel: Cast, relu: bool) -> Cost:
    """An adder where rounding needs one, two LUTs a bit for the limits, and both register stages."""
    kept = kernel.x.width - max(kernel.x.frac - kernel.y.frac, 0) + 1
    adds = kernel.x.frac > kernel.y.frac and kernel.rounding is not Rounding.TRN
    limits = kernel.y.width + 2 if relu or kernel.overflow is not Overflow.WRAP else 0
    return Cost(luts=(kernel.x.width + 1) * adds + limits, ffs=max(kept, 1) + kernel.y.width)
