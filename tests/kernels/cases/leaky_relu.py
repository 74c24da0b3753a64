"""Leaky ReLU: all roundings and overflows on both sides of zero."""

from itertools import product

import apfixed
import pick as choose

from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.leaky_relu import LeakyRelu


def reference(kernel, x):
    def cast(value, frac):
        y = kernel.y
        return apfixed.cast(value, frac, y.width, y.frac, y.signed, str(kernel.rounding), str(kernel.overflow))

    f, g = kernel.x.frac, kernel.alpha_frac
    return [cast(v, f) if v > 0 else cast(v * kernel.alpha, f + g) for v in x]


def random(pick, x, features):
    y = choose.number_format(pick, frac=x.frac)
    return LeakyRelu(x, pick(-20, 20), pick(0, 6), y, *choose.modes(pick), features)


def corners():
    modes = {f"{r}_{o}".lower(): (r, o) for r, o in product(Rounding, Overflow)}
    quarter = {name: LeakyRelu(Fixed(6, 3), 1, 2, Fixed(4, 2), *both, 1) for name, both in modes.items()}
    third = {f"third_{name}": LeakyRelu(Fixed(5, 1), 21, 6, Fixed(5, 2), *both, 1) for name, both in modes.items()}
    return quarter | third


def rtl():
    return {
        "six": LeakyRelu(Fixed(7, 4), 77, 8, Fixed(5, 2), Rounding.RND_CONV, Overflow.SAT, 6),
        "prime": LeakyRelu(Fixed(6, 3), 1, 2, Fixed(4, 2), Rounding.TRN, Overflow.WRAP, 5),
    }


def pinned():
    return rtl()["six"], 378, "folded", Cost(luts=71, ffs=31)
