"""Divide by a constant, truncating toward zero: the end of average pooling, exact for every value of ``x``.

Hardware: times a reciprocal as wide as ``x``'s range needs, then a truncating shift; a power of two is the shift alone.
"""

from dataclasses import dataclass
from itertools import count

import numpy as np

from edgeflow.circuit import rounding as rounds
from edgeflow.circuit.adders import matrix_product
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Integers, Rounding, fixed_for
from edgeflow.kernels._elementwise import Elementwise

LARGEST = 4096


@dataclass(frozen=True)
class Divide(Elementwise):
    x: Fixed
    n: int
    features: int

    def __post_init__(self) -> None:
        if not 1 <= self.n <= LARGEST:
            raise InputError(f"divide: n = {self.n} is outside 1..{LARGEST}; pool a smaller window")
        if self.x.width + self.reciprocal.bit_length() > MAX_WIDTH:
            raise InputError(f"divide: {self.x} by {self.n} takes over {MAX_WIDTH} bits; use fewer bits")

    @property
    def y(self) -> Fixed:
        """The narrowest format."""
        return fixed_for(_quotient(self.x.lo, self.n), _quotient(self.x.hi, self.n), self.x.frac)

    @property
    def shift(self) -> int:
        """Fraction bits of the reciprocal, the fewest that are exact.

        With e = reciprocal * n - 2**shift, the product is ``x / n + x * e / (n * 2**shift)``: further from zero by less
        than 1 / n while ``abs(x) * e < 2**shift``, so truncation gives the same integer.
        """
        largest = max(-self.x.lo, self.x.hi)
        return next(s for s in count() if largest * (-(1 << s) % self.n) < 1 << s)

    @property
    def reciprocal(self) -> int:
        """``2**shift / n`` rounded up."""
        return -(-(1 << self.shift) // self.n)

    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, features), bit for bit."""
        y: Integers = np.sign(x) * (np.abs(x) // self.n)
        return y

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        products = (matrix_product(circuit, [a], np.array([[self.reciprocal]]), np.array([0]))[0] for a in x)
        return [rounds.round_shift(circuit, product, self.shift, Rounding.TRN_ZERO) for product in products]


def _quotient(x: int, n: int) -> int:
    return abs(x) // n if x >= 0 else -(abs(x) // n)
