"""Threshold: ``y = lo +`` how many of its channel's thresholds x reaches: binary and ternary activations.

Hardware: a comparison for each threshold, one alone is the output's bit.
"""

from dataclasses import dataclass

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers, fixed_for
from edgeflow.kernels._unit import Beat, Shape, Stage, comes_whole, elementwise, whole_frame
from edgeflow.network.network import Tensor


@dataclass(frozen=True, eq=False)
class Threshold:
    x: Fixed
    steps: Integers  # (channels, steps), integers on x's grid, of any size
    lo: int
    pixels: int
    y_frac: int = 0

    def __post_init__(self) -> None:
        if self.steps.ndim != 2 or not self.steps.size or self.pixels < 1:
            raise InputError(f"threshold: steps {self.steps.shape} are not (channels, steps)")

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return (Tensor(self.x, self.out_features),)

    @property
    def out_features(self) -> int:
        return self.pixels * len(self.steps)

    @property
    def y(self) -> Fixed:
        return fixed_for(self.lo, self.lo + self.steps.shape[1], self.y_frac)

    def golden(self, x: Integers) -> Integers:
        """Map (batch, pixels * channels) to the same, bit for bit."""
        values = x.reshape(len(x), self.pixels, -1)
        reached = (values[..., None] >= self.steps).sum(axis=3)  # (batch, pixels, channels)
        y: Integers = self.lo + reached.reshape(len(x), -1)
        return y

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        rows = self.steps.tolist()
        return [self._value(circuit, a, rows[i % len(rows)]) for i, a in enumerate(x)]

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        if shape == "parallel" or comes_whole(self, lanes):
            return whole_frame(self)
        if (self.steps == self.steps[0]).all():
            return elementwise(self, lanes)
        c = len(self.steps)
        return [Beat((self.x,), (c,), self.y, c, self.pixels, self.circuit)]

    def _value(self, circuit: Circuit, a: Term, steps: list[int]) -> Term:
        y = circuit.const(self.lo)
        for step in steps:
            y = circuit.add(y, circuit.greater(a, circuit.const(step - 1)))
        return y
