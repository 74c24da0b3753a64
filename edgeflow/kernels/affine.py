"""Affine: ``y = scale * x + offset`` with the same constants for every value, exact; a hard sigmoid's slope and shift.

Hardware: an adder graph a lane, wires where the scale is a power of two.
"""

from dataclasses import dataclass

import numpy as np

from edgeflow.circuit.adders import matrix_product
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Integers, fixed_for
from edgeflow.kernels._elementwise import Elementwise


@dataclass(frozen=True)
class Affine(Elementwise):
    x: Fixed
    scale: int
    scale_frac: int
    offset: int  # at y's fraction
    features: int

    def __post_init__(self) -> None:
        if max(abs(self.x.lo), self.x.hi) * abs(self.scale) + abs(self.offset) >= 1 << (MAX_WIDTH - 1):
            raise InputError(f"affine: {self.scale} * {self.x} + {self.offset} leaves {MAX_WIDTH} bits; use fewer bits")

    @property
    def y(self) -> Fixed:
        """The narrowest format."""
        ends = [self.scale * x + self.offset for x in (self.x.lo, self.x.hi)]
        return fixed_for(min(ends), max(ends), self.x.frac + self.scale_frac)

    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, features), bit for bit."""
        return self.scale * x + self.offset

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        scale, offset = np.array([[self.scale]]), np.array([self.offset])
        return [matrix_product(circuit, [a], scale, offset)[0] for a in x]
