"""What requantize and relu share: one format assigned to another, elementwise, and the streaming unit that does it."""

from dataclasses import dataclass

from edgeflow.circuit import rounding as rounds
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding, cast
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Unit, register_stages


@dataclass(frozen=True)
class Cast:
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

    def assigned(self, x: Integers) -> Integers:
        """``x`` in format ``y``: round, then overflow."""
        return cast(x, self.x.frac, self.y, self.rounding, self.overflow)

    def rounded(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        """Unrolled: ``x`` on the grid of ``y``, not limited yet."""
        return [rounds.round_shift(circuit, a, self.x.frac - self.y.frac, self.rounding) for a in x]

    def streaming(self, lanes: int, relu: bool) -> Unit:
        """ef_requantize on ``lanes`` values a beat."""
        return Unit(
            "ef_requantize",
            {
                "Lanes": lanes,
                "XWidth": self.x.width,
                "XSigned": int(self.x.signed),
                "YWidth": self.y.width,
                "YSigned": int(self.y.signed),
                "Drop": max(self.x.frac - self.y.frac, 0),
                "Raise": max(self.y.frac - self.x.frac, 0),
                "Rounding": list(Rounding).index(self.rounding),
                "Overflow": list(Overflow).index(self.overflow),
                "Relu": int(relu),
            },
            in_lanes=lanes,
            in_bits=lanes * self.x.width,
            out_lanes=lanes,
            interval_cycles=self.features // lanes,
            beat_times=register_stages(2),
            cost=self._lane_cost(relu) * lanes + Cost(luts=2, ffs=2),
        )

    def _lane_cost(self, relu: bool) -> Cost:
        """An adder where rounding needs one, two LUTs a bit for the limits, and both register stages."""
        kept = self.x.width - max(self.x.frac - self.y.frac, 0) + 1
        adds = self.x.frac > self.y.frac and self.rounding is not Rounding.TRN
        limits = self.y.width + 2 if relu or self.overflow is not Overflow.WRAP else 0
        return Cost(luts=(self.x.width + 1) * adds + limits, ffs=max(kept, 1) + self.y.width)
