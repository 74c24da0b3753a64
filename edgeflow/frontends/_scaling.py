"""A line as kernels: scale and offset of each channel, then the fraction dropped and the result limited."""

from typing import Any

import numpy as np

from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Overflow, Rounding, cast, fixed_for
from edgeflow.frontends._lines import Line
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.affine import Affine
from edgeflow.kernels.clip import Clip
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.requantize import Requantize


def scaled(x: Fixed, lines: list[Line], pixels: int, frac: int) -> Any:
    """``m * x + b`` with each channel's own m and b, at ``frac`` fraction bits."""
    if len(lines) == 1:
        return Affine(x, lines[0].m, frac - x.frac, lines[0].b, pixels)
    m = np.array([line.m for line in lines], np.int64)
    b = np.array([line.b for line in lines], np.int64)
    w = fixed_for(int(m.min()), int(m.max()), frac - x.frac)
    return Depthwise(Geometry(1, pixels, len(m)), m.reshape(1, 1, -1), b, x, w)


def clipped(x: Fixed, lo: int, hi: int, features: int, rounding: Rounding = Rounding.TRN) -> list[Any]:
    """Drop the fraction and limit to ``lo..hi``: by saturation where these are a format's ends."""
    y = fixed_for(lo, hi, 0)
    for overflow, lowest in ((Overflow.SAT, y.lo), (Overflow.SAT_SYM, y.symmetric_lo)):
        if (lowest, y.hi) == (lo, hi):
            return [Requantize(x, y, rounding, overflow, features)]
    whole = whole_part(x, features, rounding)
    return [whole, Clip(whole.y, lo, hi, features)]


def whole_part(x: Fixed, features: int, rounding: Rounding = Rounding.TRN, frac: int = 0) -> Requantize:
    """Drop the fraction, or all but ``frac`` bits of it; the format holds every result."""
    wide = Fixed(min(MAX_WIDTH, x.width + 1), frac)
    lo, hi = cast(np.array([x.lo, x.hi]), x.frac, wide, rounding, Overflow.SAT).tolist()
    return Requantize(x, fixed_for(lo, hi, frac), rounding, Overflow.WRAP, features)
