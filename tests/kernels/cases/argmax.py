"""Argmax: ties, one feature, and counts that are no powers of two."""

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.argmax import Argmax


def reference(kernel, x):
    best = 0
    for i, value in enumerate(x):
        if value > x[best]:
            best = i
    return [best]


def random(pick, x, features):
    return Argmax(x, features)


def corners():
    """One and two bits make ties the rule."""
    formats = {
        "s1": Fixed(1),
        "u1": Fixed(1, 0, signed=False),
        "s2": Fixed(2, 5),
        "u2": Fixed(2, -3, False),
        "s9": Fixed(9),
    }
    return {f"{name}_{n}": Argmax(x, n) for name, x in formats.items() for n in (1, 2, 3, 5, 8, 9)}


def pinned():
    return Argmax(Fixed(9), 5), 51, "folded", Cost(luts=21, ffs=20)
