"""How TFLite's reference kernels scale a sum down to int8, integer for integer.

Most operators round twice: a product with a 31-bit fraction (half up), then a shift (half away from zero).
FULLY_CONNECTED multiplies by a double and rounds once, half away from zero. Learnt from LiteRT 2.3's kernels/internal
(common.cc, quantization_util.cc, reference/integer_ops) and held against its interpreter.
"""

from dataclasses import dataclass
from math import frexp
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._tflite_values import INT8, Grid8

BITS = 31
MOST = (1 << BITS) - 1
EVERY = np.arange(INT8.lo, INT8.hi + 1)  # every q
ENDS: dict[str, tuple[float | None, float | None]] = {
    "NONE": (None, None),
    "RELU": (0, None),
    "RELU6": (0, 6),
    "RELU_N1_TO_1": (-1, 1),
    "RELU_0_TO_1": (0, 1),
}


class Rescale(Protocol):
    """A rising function of a sum."""

    @property
    def finer(self) -> int:
        """Bits of the grid on which it is rounded before it is rounded half away from zero; 0: it is rounded once."""
        ...

    @property
    def widest(self) -> int:
        """The greatest magnitude for which TFLite itself does not overflow."""
        ...

    def of(self, x: Integers) -> Integers: ...


@dataclass(frozen=True)
class FixedPoint:
    """``x * multiplier * 2**(shift - 31)``, rounded twice."""

    multiplier: int
    shift: int

    @property
    def finer(self) -> int:
        return max(0, -self.shift)

    @property
    def widest(self) -> int:
        return MOST >> max(0, self.shift)

    def of(self, x: Integers) -> Integers:
        high = ((x << max(0, self.shift)) * self.multiplier + (1 << (BITS - 1))) >> BITS
        if self.shift >= 0:
            return high
        return (high + (1 << (self.finer - 1)) - (high < 0)) >> self.finer

    def over(self, n: int) -> "FixedPoint":
        """A mean's: the multiplier divided by ``n``, truncated, with as many more bits as fit."""
        more = min(n.bit_length() - 1, 32, 31 + self.shift)
        return FixedPoint((self.multiplier << more) // n, self.shift - more)


@dataclass(frozen=True)
class Double:
    """``x * scale`` in double precision, rounded half away from zero."""

    scale: float
    finer: int = 0

    @property
    def widest(self) -> int:
        return int(MOST / max(1.0, self.scale))

    def of(self, x: Integers) -> Integers:
        return away(x.astype(np.float64) * self.scale)


@dataclass(frozen=True)
class Mean:
    """A sum divided by ``n``, half away from zero, less ``zero``: average pooling rounds the q themselves."""

    n: int
    zero: int
    finer: int = 0
    widest: int = MOST

    def of(self, x: Integers) -> Integers:
        magnitude: Integers = (np.abs(x) + self.n // 2) // self.n
        return np.where(x > 0, magnitude, -magnitude) - self.zero


def fixed_point(scale: float) -> FixedPoint:
    """A real factor as TFLite keeps it. Raises UnsupportedLayerError for one that is out of all proportion."""
    if not 0 < scale < 1 << BITS:
        raise UnsupportedLayerError(f"its scales give a factor of {scale:g}, outside 0..2**{BITS}")
    fraction, shift = frexp(scale)
    multiplier = int(away(np.array(fraction * (1 << BITS))))
    if multiplier == 1 << BITS:
        multiplier, shift = multiplier // 2, shift + 1
    return FixedPoint(multiplier, shift) if shift >= -BITS else FixedPoint(0, 0)


def activation(name: str, y: Grid8) -> tuple[int, int]:
    """The least and greatest q that a fused activation leaves. Raises UnsupportedLayerError for an unknown one."""
    if name not in ENDS:
        raise UnsupportedLayerError(f"fused activation {name} is none of {', '.join(ENDS)}")
    least, most = ENDS[name]
    lo = INT8.lo if least is None else max(INT8.lo, quantize(np.float32(least), y))
    hi = INT8.hi if most is None else min(INT8.hi, quantize(np.float32(most), y))
    return lo, max(lo, hi)


def quantize(real: np.float32, y: Grid8) -> int:
    """One real number on a grid, in single precision. Raises UnsupportedLayerError where TFLite itself overflows."""
    steps = np.float32(real / y.scale)
    if not abs(steps) < MOST:
        raise UnsupportedLayerError(f"a scale of {y.scale} is too fine for the activation's end, {real}")
    return int(away(steps)) + y.zero


def away(x: NDArray[np.floating] | np.float32) -> Integers:
    """Rounded half away from zero, as C's round()."""
    magnitude = np.abs(x)
    whole = np.floor(magnitude)  # adding a half could round up what lies just below it
    up: Integers = (whole + (magnitude - whole >= 0.5)).astype(np.int64)
    return np.where(x < 0, -up, up)
