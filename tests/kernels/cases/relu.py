"""Relu: all roundings and overflows between awkward formats."""

import apfixed
from _casts import corner_casts, random_cast

from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.relu import Relu


def reference(kernel, x):
    y = kernel.y
    modes = str(kernel.rounding), str(kernel.overflow)
    return [apfixed.cast(v, kernel.x.frac, y.width, y.frac, y.signed, *modes) if v > 0 else 0 for v in x]


def random(pick, x, features):
    return random_cast(Relu, pick, x, features)


def corners():
    return corner_casts(Relu)


def rtl():
    return {
        "six": Relu(Fixed(7, 4), Fixed(4, 1), Rounding.RND_CONV, Overflow.SAT, 6),
        "prime": Relu(Fixed(7, 4), Fixed(4, 1, signed=False), Rounding.TRN_ZERO, Overflow.WRAP, 5),
    }


def pinned():
    return rtl()["six"], 78, "folded", Cost(luts=20, ffs=17)
