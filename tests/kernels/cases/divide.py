"""Divide: shifts, odd numbers, more than any input, both signs."""

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.divide import Divide


def reference(kernel, x):
    return [abs(value) // kernel.n * (-1 if value < 0 else 1) for value in x]


def random(pick, x, features):
    return Divide(x, pick(1, 70), features)


def corners():
    numbers = (1, 2, 3, 4, 5, 6, 7, 9, 12, 25, 49, 100, 128, 4096)
    wide = {f"by_{n}": Divide(Fixed(9, 2), n, 1) for n in numbers}
    return wide | {f"unsigned_by_{n}": Divide(Fixed(8, 2, signed=False), n, 1) for n in numbers}


def rtl():
    return {"nine": Divide(Fixed(10, 4), 9, 6), "four": Divide(Fixed(7, 2), 4, 5)}


def pinned():
    return Divide(Fixed(10, 4), 9, 6), 654, "folded", Cost(luts=119, ffs=51)
