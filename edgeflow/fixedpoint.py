"""Fixed-point numbers: an integer ``x`` stands for ``x / 2**frac``.

Everything here is exact. The cast order, rounding and overflow rules are those of hls4ml's ap_types
(``ap_fixed_base.h``): round the dropped fraction bits first, then handle overflow of the rounded value.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError

Integers = NDArray[np.int64]

MAX_WIDTH = 62  # int64 keeps one bit for rounding and one for the sign


class Rounding(StrEnum):
    """How dropped fraction bits act; names as in ap_fixed."""

    TRN = "TRN"  # floor
    TRN_ZERO = "TRN_ZERO"  # toward zero
    RND = "RND"  # half up
    RND_ZERO = "RND_ZERO"  # half toward zero
    RND_INF = "RND_INF"  # half away from zero
    RND_MIN_INF = "RND_MIN_INF"  # half down
    RND_CONV = "RND_CONV"  # half to even


class Overflow(StrEnum):
    """What a value outside the format becomes; names as in ap_fixed."""

    WRAP = "WRAP"  # keep the low bits
    SAT = "SAT"  # clip to lo, hi
    SAT_SYM = "SAT_SYM"  # clip to symmetric_lo, hi


@dataclass(frozen=True)
class Fixed:
    """A number format: ``width`` bits, ``frac`` of them behind the point (may be negative or exceed width)."""

    width: int
    frac: int = 0
    signed: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.width <= MAX_WIDTH:
            raise InputError(f"fixed point: width = {self.width} is outside 1..{MAX_WIDTH} bits; use a narrower type")

    @property
    def lo(self) -> int:
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def hi(self) -> int:
        return (1 << (self.width - self.signed)) - 1

    @property
    def symmetric_lo(self) -> int:
        """What SAT_SYM clips to: ``-hi``, but -1 in one signed bit, as ap_fixed does."""
        return -self.hi if self.signed and self.hi else self.lo

    def __str__(self) -> str:
        return f"{'s' if self.signed else 'u'}{self.width}.{self.frac}"

    def real(self, x: Integers) -> NDArray[np.float64]:
        """The values that integers ``x`` stand for; exact up to 53 bits."""
        return np.ldexp(np.asarray(x, np.float64), -self.frac)


def fixed_for(lo: int, hi: int, frac: int) -> Fixed:
    """The narrowest format at ``frac`` that holds every integer in ``lo..hi``."""
    if lo >= 0:
        return Fixed(max(1, int(hi).bit_length()), frac, signed=False)
    return Fixed(max(max(int(hi), 0).bit_length(), int(-lo - 1).bit_length()) + 1, frac)


def round_shift(x: Integers, shift: int, rounding: Rounding) -> Integers:
    """``x / 2**shift`` rounded to an integer; a negative ``shift`` is an exact left shift."""
    if shift <= 0:
        return np.asarray(x) << -shift
    shift = min(shift, MAX_WIDTH + 1)  # beyond it every value is nearer to 0 than half a step, as here
    half, floor = 1 << (shift - 1), x >> shift
    match rounding:
        case Rounding.TRN:
            return floor
        case Rounding.TRN_ZERO:
            return (x + np.where(x < 0, (1 << shift) - 1, 0)) >> shift
        case Rounding.RND:
            return (x + half) >> shift
        case Rounding.RND_MIN_INF:
            return (x + half - 1) >> shift
        case Rounding.RND_ZERO:
            return (x + half - (x >= 0)) >> shift
        case Rounding.RND_INF:
            return (x + half - (x < 0)) >> shift
        case Rounding.RND_CONV:
            return (x + half - 1 + (floor & 1)) >> shift


def limit(x: Integers, y: Fixed, overflow: Overflow) -> Integers:
    """Bring integers into the range of ``y``."""
    match overflow:
        case Overflow.SAT:
            return np.clip(x, y.lo, y.hi)
        case Overflow.SAT_SYM:
            return np.clip(x, y.symmetric_lo, y.hi)
        case Overflow.WRAP:
            return ((x - y.lo) & ((1 << y.width) - 1)) + y.lo


def cast(x: Integers, x_frac: int, y: Fixed, rounding: Rounding, overflow: Overflow) -> Integers:
    """Assign integers at ``x_frac`` to format ``y``: round, then limit. Exact; ap_fixed assignment."""
    drop = x_frac - y.frac
    if drop < 0 and overflow is not Overflow.WRAP:  # what saturates anyway must not leave int64 on the way
        drop = -min(-drop, y.width)
        x = np.clip(x, (y.lo >> -drop) - 1, (y.hi >> -drop) + 1)
    return limit(round_shift(x, drop, rounding), y, overflow)


def quantize(real: NDArray[np.floating], y: Fixed, rounding: Rounding, overflow: Overflow) -> Integers:
    """Convert real numbers to format ``y``, exactly: bits below half a step are kept as one sticky bit,
    so a tie stays a tie. Raises InputError for values beyond int64 on ``y``'s grid."""
    bad = ~(np.abs(real) < np.ldexp(1.0, MAX_WIDTH - 2 - y.frac))  # a NaN is not less
    if np.any(bad):
        worst = np.asarray(real)[bad][0]
        raise InputError(f"fixed point: {worst} is not finite or too large for {y}; scale the data first")
    scaled = np.ldexp(np.asarray(real, np.float64), y.frac + 1)
    scaled = np.where((np.abs(scaled) < 0.5) & (real != 0), np.copysign(0.25, real), scaled)  # it may have underflown
    whole = np.floor(scaled)
    sticky = (scaled != whole).astype(np.int64)
    return cast((whole.astype(np.int64) << 1) | sticky, y.frac + 2, y, rounding, overflow)
