"""Threshold: one step, several, one for all channels, out of reach."""

import numpy as np
import pick as choose

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.threshold import Threshold


def reference(kernel, x):
    steps, falling = kernel.steps.tolist(), kernel.falling or [False] * len(kernel.steps)
    return [kernel.lo + _count(value, steps[i % len(steps)], falling[i % len(steps)]) for i, value in enumerate(x)]


def _count(value, steps, falls):
    return sum(value < step if falls else value >= step for step in steps)


def random(pick, x, features):
    falling = tuple(bool(pick(0, 1)) for _ in range(features)) if pick(0, 1) else ()
    return Threshold(x, choose.matrix(pick, -40, 40, features, pick(1, 4)), pick(-2, 2), pick(1, 3), 0, falling)


def corners():
    s5 = Fixed(5, 2)
    return {
        "sign": Threshold(s5, np.array([[0]]), 0, 6),
        "minus_plus": Threshold(s5, np.array([[0, 0]]), -1, 6),
        "binary": Threshold(s5, np.array([[-3], [0], [5]]), 0, 2),
        "ternary": Threshold(s5, np.array([[-3, 2], [0, 1], [5, 99], [-99, -16]]), -1, 3),
        "falling": Threshold(s5, np.array([[-3, 2], [0, 1]]), -1, 3, 0, (True, False)),
        "all_falling": Threshold(s5, np.array([[-3, 2]]), 0, 6, 0, (True,)),
        "unsigned": Threshold(Fixed(3, 0, signed=False), np.array([[0, 4], [8, 7]]), -1, 2),
    }


def pinned():
    return corners()["ternary"], 81, "folded", Cost(luts=47, ffs=55)
