"""Requantize each channel to a format of its own, as HGQ2 does; y holds them all, on the finest grid.

Hardware: what each cast takes; bits that a channel lacks are constants. Unrolled sums behind it know each one's range.
"""

from dataclasses import dataclass

import numpy as np

from edgeflow.circuit import rounding as rounds
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding, cast, fixed_for
from edgeflow.kernels._elementwise import ChannelByChannel


@dataclass(frozen=True)
class RequantizeEach(ChannelByChannel):
    x: Fixed
    formats: tuple[Fixed | None, ...]  # of each channel; None: it has no bits, its value is 0
    rounding: Rounding
    overflow: Overflow
    pixels: int

    def __post_init__(self) -> None:
        if not self.formats or self.pixels < 1:
            raise InputError(
                f"requantize_each: {len(self.formats)} formats for {self.pixels} pixels; take at least one"
            )

    @property
    def channels(self) -> int:
        return len(self.formats)

    @property
    def alike(self) -> bool:
        return len(set(self.formats)) == 1

    @property
    def y(self) -> Fixed:
        """The narrowest format of all values of all channels."""
        there = [y for y in self.formats if y]
        frac = max((y.frac for y in there), default=self.x.frac)
        lo, hi = (
            [end << (frac - y.frac) for y, end in zip(there, ends, strict=True)]
            for ends in ([y.lo for y in there], [y.hi for y in there])
        )
        return fixed_for(min(lo, default=0), max(hi, default=0), frac)

    def golden(self, x: Integers) -> Integers:
        """Map (batch, pixels * channels) to the same, bit for bit."""
        y, found = self.y, np.zeros_like(x)
        for channel, own in enumerate(self.formats):
            if own:
                at = slice(channel, None, self.channels)
                found[:, at] = cast(x[:, at], self.x.frac, own, self.rounding, self.overflow) << (y.frac - own.frac)
        return found

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        return [self._value(circuit, a, self.formats[i % self.channels]) for i, a in enumerate(x)]

    def _value(self, circuit: Circuit, a: Term, own: Fixed | None) -> Term:
        if own is None:
            return circuit.const(0)
        rounded = rounds.round_shift(circuit, a, self.x.frac - own.frac, self.rounding)
        return rounds.limit(circuit, rounded, own, self.overflow) << (self.y.frac - own.frac)
