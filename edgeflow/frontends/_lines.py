"""Lines through steps: the fewest bits with which ``(m * x + b) >> shift`` reaches given levels exactly where it must.

A quantizer behind any scale is a monotone step function of the integer before it. So a scale that is no power of two
costs a multiplication by a short constant and no rounding error: the line is exact for every x, or it is not found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np

MOST_SHIFT = 48
Point = tuple[int, int]  # x, level


@dataclass(frozen=True)
class Line:
    m: int
    b: int
    shift: int

    def shifted(self, shift: int) -> "Line":
        """The same function with more fraction bits."""
        more = shift - self.shift
        return Line(self.m << more, self.b << more, shift)


def line_through(lo: int, hi: int, steps: Sequence[Point]) -> Line | None:
    """A line that reaches each level (ascending) exactly at its step, for every x in ``lo..hi``.

    Of the levels that ``lo..hi`` never leaves or never reaches, the nearest bounds the line at that end.
    """
    inside = [(step, level) for step, level in steps if lo < step <= hi]
    left = [(lo, level) for step, level in steps if step <= lo][-1:]
    beyond = [(hi, level) for step, level in steps if step > hi][:1]
    return line_between(left + inside, [(step - 1, level) for step, level in inside] + beyond)


def line_between(reached: Sequence[Point], unreached: Sequence[Point]) -> Line | None:
    """A line that is at least its level at each point ``reached`` and below it at each point ``unreached``.

    Of the fewest fraction bits; None if MOST_SHIFT do not suffice: steps that are not evenly spaced have no line.
    """
    low, high = _slopes(reached, unreached)
    for shift in range(MOST_SHIFT + 1) if low < high else ():
        m = _between(low, high, shift)
        if m is not None and (b := _offset(reached, unreached, m, shift)) is not None:
            return Line(m, b, shift)
    return None


def _slopes(reached: Sequence[Point], unreached: Sequence[Point]) -> tuple[Fraction, Fraction]:
    """The open interval in which the slope lies: a reached and an unreached point bound it from one side.

    Doubles find the pair that binds, its bound is exact; ``_offset`` judges whatever comes of it.
    """
    low, high = Fraction(-(1 << 62)), Fraction(1 << 62)
    if not reached or not unreached:
        return low, high
    (x1, l1), (x2, l2) = (np.array(points, np.float64).T for points in (reached, unreached))
    run, rise = x2[None, :] - x1[:, None], l2[None, :] - l1[:, None]
    slope = np.divide(rise, run, out=np.zeros_like(run), where=run != 0)
    for bound, side, worst in ((min, run > 0, np.argmin), (max, run < 0, np.argmax)):
        if side.any():
            edge = np.inf if bound is min else -np.inf
            i, j = np.unravel_index(worst(np.where(side, slope, edge)), slope.shape)
            (x, level), (later, above) = reached[int(i)], unreached[int(j)]
            exact = Fraction(above - level, later - x)
            low, high = (low, min(high, exact)) if bound is min else (max(low, exact), high)
    return low, high


def _between(low: Fraction, high: Fraction, shift: int) -> int | None:
    """An integer strictly between ``low`` and ``high`` at ``shift`` fraction bits: 0, or the one nearest the middle."""
    scale = 1 << shift
    if low < 0 < high:
        return 0
    nearest = floor(low * scale) + 1 if high - low > 1 else round((low + high) / 2 * scale)
    return nearest if low * scale < nearest < high * scale else None


def _offset(reached: Sequence[Point], unreached: Sequence[Point], m: int, shift: int) -> int | None:
    """The smallest b that reaches what it must, if it reaches nothing else."""
    least = max(((level << shift) - m * x for x, level in reached), default=None)
    most = min(((level << shift) - 1 - m * x for x, level in unreached), default=None)
    if least is None or most is None:
        return most if least is None and most is not None else least or 0
    return least if least <= most else None
