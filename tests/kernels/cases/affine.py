"""Affine: scales that are wires, sums, negative, zero."""

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.affine import Affine


def reference(kernel, x):
    return [kernel.scale * value + kernel.offset for value in x]


def random(pick, x, features):
    return Affine(x, pick(-40, 40), pick(0, 6), pick(-300, 300), features)


def corners():
    return {
        "half": Affine(Fixed(5, 2), 1, 1, 4, 3),
        "fifth": Affine(Fixed(5, 2), 13107, 16, 1 << 17, 3),
        "falling": Affine(Fixed(4, 0, signed=False), -5, 0, 3, 2),
        "constant": Affine(Fixed(4), 0, 0, -7, 2),
        "same": Affine(Fixed(4), 1, 0, 0, 2),
    }


def pinned():
    return Affine(Fixed(5, 2), 13107, 16, 1 << 17, 6), 300, "folded", Cost(luts=73, ffs=57)
