"""ADD and SUB: TFLite brings both inputs to 20 more bits and one scale, adds, and scales down: three roundings.

Hardware computes ``(j * a + k * b + c) >> shift``, with the shortest multipliers that give the same result for each of
the 65,536 pairs of inputs. A table of TFLite's own numbers for each input would have 28 bits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers, Rounding
from edgeflow.frontends._tflite_arithmetic import EVERY, fixed_point
from edgeflow.frontends._tflite_values import Grid8

EXTRA_BITS = 20
MOST_SHIFT = 30


@dataclass(frozen=True)
class PairLine:
    """``(j * a + k * b + c) / 2**shift``, rounded down, or half away from zero where ties fall on both sides of it."""

    j: int
    k: int
    c: int
    shift: int
    rounding: Rounding


def pair_sums(a: Grid8, b: Grid8, made: Grid8, sign: int) -> Integers:
    """TFLite's own result for each pair of q, (256, 256), without limits."""
    twice = 2 * float(max(a.scale, b.scale))
    left, right = (fixed_point(float(x.scale) / twice).of((EVERY - x.zero) << EXTRA_BITS) for x in (a, b))
    total = left[:, None] + sign * right[None, :]
    down = fixed_point(twice / float(np.float32(1 << EXTRA_BITS) * made.scale))
    if np.abs(total).max() > down.widest:
        raise UnsupportedLayerError("its output's scale is so fine that the sum overflows in TFLite itself")
    return down.of(total) + made.zero


def pair_line(y: Integers, zero: int, slopes: tuple[float, float], lo: int, hi: int) -> PairLine:
    """What gives ``y`` (256, 256), limited to ``lo..hi``, for each pair of q; less ``zero`` if rounded from there."""
    must, may = y > lo, y < hi
    for j, k, shift in _multipliers(slopes):
        products = j * EVERY[:, None] + k * EVERY[None, :]
        for rounding in (Rounding.TRN, Rounding.RND_INF):
            reached, next_ = (_reached(level, zero, shift, rounding) for level in (y, y + 1))
            least = (reached - products)[must].max(initial=-1 << 60)
            most = (next_ - products)[may].min(initial=1 << 60) - 1
            if least <= most:
                return PairLine(j, k, int(least), shift, rounding)
    raise UnsupportedLayerError(f"no sum with multipliers of {MOST_SHIFT} bits gives all 65,536 results")


def _reached(level: Integers, zero: int, shift: int, rounding: Rounding) -> Integers:
    """The least number that is rounded to each level."""
    if rounding is Rounding.TRN:
        return level << shift
    half: Integers = ((2 * (level - zero) - 1) << (shift - 1)) + (level <= zero) if shift else level - zero
    return half


def _multipliers(slopes: tuple[float, float]) -> Iterator[tuple[int, int, int]]:
    """The integers around each slope, shortest first."""
    for shift in range(MOST_SHIFT + 1):
        j, k = (floor(slope * (1 << shift)) for slope in slopes)
        yield from ((j + up, k + side, shift) for up in (0, 1) for side in (0, 1))
