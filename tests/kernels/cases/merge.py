"""Merge: every operation, fractions apart both ways, signed with unsigned, one bit."""

import pick as choose

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.merge import Merge, Operation

PAIRS = {
    "same": (Fixed(4, 2), Fixed(4, 2)),
    "finer": (Fixed(3, 4), Fixed(5, 1, signed=False)),
    "coarser": (Fixed(4, -2, signed=False), Fixed(3, 1)),
    "unsigned": (Fixed(3, 0, signed=False), Fixed(2, 1, signed=False)),
    "one_bit": (Fixed(1), Fixed(1, 0, signed=False)),
}


def reference(kernel, a, b):
    """Fractions in Python integers: both on the finest grid that any result needs."""
    f, g, frac = kernel.a.frac, kernel.b.frac, kernel.y.frac
    if kernel.op == "multiply":
        return [p * q for p, q in zip(a, b, strict=True)]
    if kernel.op == "average":
        return [p * 2 ** (frac - 1 - f) + q * 2 ** (frac - 1 - g) for p, q in zip(a, b, strict=True)]
    operation = {"add": int.__add__, "subtract": int.__sub__, "maximum": max, "minimum": min}[kernel.op]
    return [operation(p * 2 ** (frac - f), q * 2 ** (frac - g)) for p, q in zip(a, b, strict=True)]


def random(pick, x, features):
    return Merge(choose.one_of(pick, list(Operation)), x, choose.number_format(pick, frac=x.frac), features)


def corners():
    return {f"{op}_{name}": Merge(op, a, b, 2) for op in Operation for name, (a, b) in PAIRS.items()}


def rtl():
    return {op: Merge(op, *PAIRS["finer"], 6) for op in Operation}


def pinned():
    return Merge(Operation.ADD, *PAIRS["finer"], 6), 42, "unrolled", Cost(luts=215, ffs=150)
