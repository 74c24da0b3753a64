"""Requantize: all roundings and overflows between awkward formats."""

import apfixed
from _casts import corner_casts, random_cast

from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.requantize import Requantize


def reference(kernel, x):
    y = kernel.y
    modes = str(kernel.rounding), str(kernel.overflow)
    return [apfixed.cast(v, kernel.x.frac, y.width, y.frac, y.signed, *modes) for v in x]


def random(pick, x, features):
    return random_cast(Requantize, pick, x, features)


def corners():
    return corner_casts(Requantize)


def rtl():
    return {
        "six": Requantize(Fixed(7, 4), Fixed(4, 1), Rounding.RND_CONV, Overflow.SAT, 6),
        "prime": Requantize(Fixed(7, 4), Fixed(4, 1, signed=False), Rounding.TRN_ZERO, Overflow.WRAP, 5),
    }


def pinned():
    return rtl()["six"], 84, "folded", Cost(luts=21, ffs=18)
