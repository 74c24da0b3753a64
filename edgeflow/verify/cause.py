"""Why two rungs differ, as far as the differing values themselves tell."""

import numpy as np
from numpy.typing import NDArray

from edgeflow.fixedpoint import Fixed

Reals = NDArray[np.float64]


def cause(expected: Reals, got: Reals, y: Fixed, exact: Reals | None = None, table: bool = False) -> str:
    """What explains every pair of differing values of a layer with format ``y``: ``table`` (its values come from one),
    ``overflow``, ``tie``, ``rounding`` or ``scale``; empty if none does.

    ``exact`` are the values before they were assigned to ``y``, where the layer does no more than that.
    """
    step = 2.0**-y.frac
    apart = got - expected
    if table:
        return "table"
    if _out_of_range(apart, step * 2.0**y.width) or (exact is not None and _leaves(exact, y)):
        return "overflow"
    if (np.abs(apart) == step).all():
        return "tie" if exact is not None and (exact == (expected + got) / 2).all() else "rounding"
    return "scale" if _proportional(expected, got) else ""


def _out_of_range(apart: Reals, span: float) -> bool:
    """Wrapped values are whole spans apart."""
    return bool((apart % span == 0).all())


def _leaves(exact: Reals, y: Fixed) -> bool:
    lowest, highest = y.real(np.array([y.lo, y.hi]))
    return bool(((exact < lowest) | (exact > highest)).all())


def _proportional(expected: Reals, got: Reals) -> bool:
    """One factor makes all of one side from the other; a single value would prove nothing."""
    one_factor = (expected * got[0] == got * expected[0]).all() and expected.all()
    return len(np.unique(expected)) > 1 and bool(one_factor)
