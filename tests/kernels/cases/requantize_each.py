"""Requantize each channel: formats of their own, none, all the same; some finer than x, some that drop all its bits."""

import apfixed
import pick as choose

from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.requantize_each import RequantizeEach


def reference(kernel, x):
    return [_value(kernel, value, kernel.formats[i % len(kernel.formats)]) for i, value in enumerate(x)]


def _value(kernel, value, own):
    if own is None:
        return 0
    modes = str(kernel.rounding), str(kernel.overflow)
    found = apfixed.cast(value, kernel.x.frac, own.width, own.frac, own.signed, *modes)
    return found * 2 ** (max(y.frac for y in kernel.formats if y) - own.frac)


def random(pick, x, features):
    formats = [choose.number_format(pick, frac=x.frac - 2) if pick(0, 4) < 4 else None for _ in range(features)]
    return RequantizeEach(x, tuple(formats), *choose.modes(pick), pick(1, 3))


def corners():
    s7, s4, u2 = Fixed(7, 4), Fixed(4, 1), Fixed(2, 3, signed=False)
    several = (s4, None, u2, Fixed(9, 6), Fixed(1, -1))
    return {
        "none": RequantizeEach(s7, (None, None), Rounding.RND, Overflow.SAT, 2),
        "alike": RequantizeEach(s7, (s4, s4), Rounding.RND, Overflow.SAT, 3),
        **{
            f"{rounding}_{overflow}".lower(): RequantizeEach(s7, several, rounding, overflow, 2)
            for rounding in Rounding
            for overflow in Overflow
        },
    }


def rtl():
    return {name: corners()[name] for name in ("none", "alike", "rnd_sat_sym", "trn_zero_wrap")}


def pinned():
    return corners()["rnd_sat"], 62, "folded", Cost(luts=88, ffs=129)
