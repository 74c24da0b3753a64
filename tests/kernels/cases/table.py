"""Table: curves, noise, one value, one bit."""

import numpy as np
import pick as choose

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.table import Table


def reference(kernel, x):
    return [int(kernel.values[value - kernel.x.lo]) for value in x]


def random(pick, x, features):
    y = choose.number_format(pick)
    return Table(x, choose.matrix(pick, y.lo, y.hi, 1, 1 << x.width)[0], y, min(features, 3))


def _tanh(x, y, features):
    values = np.floor(np.tanh(x.real(np.arange(x.lo, x.hi + 1))) * 2**y.frac).astype(np.int64)
    return Table(x, values, y, features)


def corners():
    u3 = Fixed(3, 0, signed=False)
    return {
        "tanh": _tanh(Fixed(6, 3), Fixed(5, 3), 2),
        "unsigned": Table(u3, np.array([3, -4, 0, 0, 1, 1, 1, 7]), Fixed(4), 3),
        "one_value": Table(Fixed(3), np.full(8, -2), Fixed(4), 2),
        "one_bit": Table(Fixed(1), np.array([5, 2]), Fixed(4), 2),
        "noise": Table(Fixed(9, 2), np.random.default_rng(1).integers(-8, 8, 512), Fixed(4), 1),
    }


def rtl():
    noise = np.random.default_rng(2).integers(0, 32, 256)
    return {
        "six": _tanh(Fixed(6, 3), Fixed(5, 3), 6),
        "in_memory": _tanh(Fixed(9, 6), Fixed(6, 5), 6),
        "unsigned_in_memory": Table(Fixed(8, 0, signed=False), noise, Fixed(5, 0, signed=False), 5),
    }


def pinned():
    return _tanh(Fixed(9, 6), Fixed(6, 5), 6), 4068, "folded", Cost(luts=2, ffs=8, brams=1)
