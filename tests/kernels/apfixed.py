"""ap_fixed assignment in plain Python integers and fractions, written from the type's definition (SEMANTICS.md):
round what does not fit the grid, then treat what does not fit the range. It shares no code with edgeflow.
"""

from fractions import Fraction
from math import ceil, floor

HALF = Fraction(1, 2)


def rounded(value: Fraction, mode: str) -> int:
    """The integer next to ``value`` that a quantization mode takes."""
    below, rest = floor(value), value - floor(value)
    nearest = below if rest < HALF else below + 1
    if mode == "TRN":
        return below
    if mode == "TRN_ZERO":
        return below if value >= 0 else ceil(value)
    if rest != HALF or mode == "RND":
        return nearest
    return {
        "RND_ZERO": below if value > 0 else below + 1,
        "RND_INF": below + 1 if value > 0 else below,
        "RND_MIN_INF": below,
        "RND_CONV": below if below % 2 == 0 else below + 1,
    }[mode]


def limited(value: int, width: int, signed: bool, mode: str) -> int:
    hi = 2 ** (width - 1) - 1 if signed else 2**width - 1
    lo = -(2 ** (width - 1)) if signed else 0
    if mode == "WRAP":
        return (value - lo) % 2**width + lo
    if mode == "SAT_SYM" and signed and width > 1:  # one bit has no symmetric range: ap_fixed keeps its -1
        lo = -hi
    return min(max(value, lo), hi)


def cast(x: int, x_frac: int, width: int, frac: int, signed: bool, rounding: str, overflow: str) -> int:
    """Integer ``x`` at ``x_frac`` as an integer at ``frac``."""
    return limited(rounded(x * Fraction(2) ** (frac - x_frac), rounding), width, signed, overflow)
