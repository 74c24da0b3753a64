"""Leaky ReLU with a cast: ``y = cast(x)`` where x > 0, else ``cast(alpha * x)``, alpha exact in its own fraction."""

from dataclasses import dataclass

import numpy as np

from edgeflow.circuit import rounding as rounds
from edgeflow.circuit.adders import matrix_product
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Integers, Overflow, Rounding, cast
from edgeflow.kernels._elementwise import Elementwise


@dataclass(frozen=True)
class LeakyRelu(Elementwise):
    x: Fixed
    alpha: int
    alpha_frac: int
    y: Fixed
    rounding: Rounding
    overflow: Overflow
    features: int

    def __post_init__(self) -> None:
        if self.x.width + self.alpha.bit_length() >= MAX_WIDTH:
            raise InputError(f"leaky_relu: alpha {self.alpha} times {self.x} leaves {MAX_WIDTH} bits; use fewer bits")

    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, features), bit for bit."""
        above = cast(x, self.x.frac, self.y, self.rounding, self.overflow)
        below = cast(x * self.alpha, self._product_frac, self.y, self.rounding, self.overflow)
        return np.where(x > 0, above, below)

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        return [self._value(circuit, a) for a in x]

    @property
    def _product_frac(self) -> int:
        return self.x.frac + self.alpha_frac

    def _value(self, circuit: Circuit, a: Term) -> Term:
        scaled = matrix_product(circuit, [a], np.array([[self.alpha]]), np.array([0]))[0]
        above, below = self._cast(circuit, a, self.x.frac), self._cast(circuit, scaled, self._product_frac)
        return circuit.choose(circuit.greater(a, circuit.const(0)), above, below)

    def _cast(self, circuit: Circuit, a: Term, frac: int) -> Term:
        rounded = rounds.round_shift(circuit, a, frac - self.y.frac, self.rounding)
        return rounds.limit(circuit, rounded, self.y, self.overflow)
