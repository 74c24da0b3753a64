"""Clip: limit values to ``lo..hi``, any two integers on the grid of ``x``."""

from dataclasses import dataclass

import numpy as np

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers, fixed_for
from edgeflow.kernels._elementwise import Elementwise


@dataclass(frozen=True)
class Clip(Elementwise):
    x: Fixed
    lo: int
    hi: int
    features: int

    def __post_init__(self) -> None:
        if self.lo > self.hi:
            raise InputError(f"clip: lo = {self.lo} exceeds hi = {self.hi}")

    @property
    def y(self) -> Fixed:
        """The narrowest format of what is left."""
        ends = [min(max(x, self.lo), self.hi) for x in (self.x.lo, self.x.hi)]
        return fixed_for(min(ends), max(ends), self.x.frac)

    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, features)."""
        return np.clip(x, self.lo, self.hi)

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        lo, hi = circuit.const(self.lo), circuit.const(self.hi)
        return [circuit.smaller(circuit.larger(a, lo), hi) for a in x]
