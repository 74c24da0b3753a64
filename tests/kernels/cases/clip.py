"""Clip: limits inside, outside and at the ends of the range."""

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.clip import Clip


def reference(kernel, x):
    return [min(max(value, kernel.lo), kernel.hi) for value in x]


def random(pick, x, features):
    lo = pick(-150, 150)
    return Clip(x, lo, lo + pick(0, 150), features)


def corners():
    s5, u4 = Fixed(5, 2), Fixed(4, 2, signed=False)
    return {
        "unit": Clip(s5, 0, 4, 3),
        "symmetric": Clip(s5, -4, 4, 3),
        "odd": Clip(s5, -3, 5, 2),
        "all": Clip(s5, -16, 15, 2),
        "above": Clip(u4, -3, 9, 2),
        "one_value": Clip(s5, 3, 3, 2),
        "below_everything": Clip(u4, -9, -2, 2),
    }


def pinned():
    return Clip(Fixed(5, 2), -4, 4, 6), 102, "folded", Cost(luts=24, ffs=16)
