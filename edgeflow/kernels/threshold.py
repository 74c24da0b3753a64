"""Threshold: ``y = lo +`` how many of its channel's thresholds x reaches; in a falling channel, how many it does not.

Any monotone function with few steps is one: binary and ternary activations, quantizers of few bits. Hardware: a
comparison for each threshold, one alone is the output's bit.
"""

from dataclasses import dataclass

import numpy as np

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers, fixed_for
from edgeflow.kernels._elementwise import ChannelByChannel


@dataclass(frozen=True, eq=False)
class Threshold(ChannelByChannel):
    x: Fixed
    steps: Integers  # (channels, steps), integers on x's grid, of any size
    lo: int
    pixels: int
    y_frac: int = 0
    falling: tuple[bool, ...] = ()  # of each channel; none named: none falls

    def __post_init__(self) -> None:
        if self.steps.ndim != 2 or not self.steps.size or self.pixels < 1:
            raise InputError(f"threshold: steps {self.steps.shape} are not (channels, steps)")
        if len(self.falling) not in (0, len(self.steps)):
            raise InputError(
                f"threshold: {len(self.falling)} directions are not one for each of {len(self.steps)} channels"
            )

    @property
    def channels(self) -> int:
        return len(self.steps)

    @property
    def alike(self) -> bool:
        return bool((self.steps == self.steps[0]).all()) and len(set(self._falls)) == 1

    @property
    def y(self) -> Fixed:
        return fixed_for(self.lo, self.lo + self.steps.shape[1], self.y_frac)

    def golden(self, x: Integers) -> Integers:
        """Map (batch, pixels * channels) to the same, bit for bit."""
        values = x.reshape(len(x), self.pixels, -1)
        falls = np.array(self._falls)[:, None]  # (channels, 1)
        counted = ((values[..., None] >= self.steps) ^ falls).sum(axis=3)  # (batch, pixels, channels)
        y: Integers = self.lo + counted.reshape(len(x), -1)
        return y

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        rows = list(zip(self.steps.tolist(), self._falls, strict=True))
        return [self._value(circuit, a, *rows[i % len(rows)]) for i, a in enumerate(x)]

    @property
    def _falls(self) -> tuple[bool, ...]:
        return self.falling or (False,) * len(self.steps)

    def _value(self, circuit: Circuit, a: Term, steps: list[int], falls: bool) -> Term:
        y = circuit.const(self.lo)
        for step in steps:
            reached = circuit.greater(circuit.const(step), a) if falls else circuit.greater(a, circuit.const(step - 1))
            y = circuit.add(y, reached)
        return y
