"""Random choices from one primitive, so that Hypothesis and numpy can drive the same generators.

``pick(lo, hi)`` is an integer in ``lo..hi``; generators prefer simple things at ``lo``, where Hypothesis shrinks to.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st

from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding

Pick = Callable[[int, int], int]
Value = TypeVar("Value")


def seeded(seed: int) -> Pick:
    rng = np.random.default_rng(seed)
    return lambda lo, hi: int(rng.integers(lo, hi, endpoint=True))


@st.composite
def picks(draw) -> Pick:
    return lambda lo, hi: draw(st.integers(lo, hi))


def one_of(pick: Pick, values: Sequence[Value]) -> Value:
    return values[pick(0, len(values) - 1)]


def matrix(pick: Pick, lo: int, hi: int, rows: int, columns: int) -> Integers:
    return np.array([[pick(lo, hi) for _ in range(columns)] for _ in range(rows)], np.int64)


def number_format(pick: Pick, max_width: int = 8, frac: int = 0) -> Fixed:
    """``frac`` lies near the given one, below 0 and above the width included."""
    return Fixed(pick(1, max_width), frac + pick(-2, 6), bool(pick(0, 1)))


def modes(pick: Pick) -> tuple[Rounding, Overflow]:
    return one_of(pick, list(Rounding)), one_of(pick, list(Overflow))


def frames(kernel_x: Fixed, features: int, count: int, seed: int = 5) -> Integers:
    """Corner frames (all lowest, all highest, 0, -1, alternating), then random ones: (count, features)."""
    lo, hi = kernel_x.lo, kernel_x.hi
    corners = np.array([[lo], [hi], [0], [max(lo, -1)]]).repeat(features, axis=1)
    alternating = np.where((np.arange(features) % 2 == 0)[None, :], np.array([[lo], [hi]]), np.array([[hi], [lo]]))
    random = np.random.default_rng(seed).integers(lo, hi, (max(0, count - 6), features), endpoint=True)
    return np.concatenate([corners, alternating, random])[:count].astype(np.int64)
