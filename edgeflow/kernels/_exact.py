"""Integer matrix products, as fast as floating point allows and exact in every bit."""

import numpy as np

from edgeflow.fixedpoint import Integers

FLOAT_BITS = 53  # a double holds every integer below 2**53


def matmul(x: Integers, weight: Integers, largest_x: int) -> Integers:
    """``x @ weight`` (..., inputs) by (inputs, outputs), exact; ``largest_x`` bounds ``abs(x)``.

    In doubles, which numpy multiplies ten times faster, where no partial sum can leave their integers.
    """
    worst = int(np.abs(weight.astype(object)).sum(axis=0).max(initial=0)) * largest_x
    if worst >> FLOAT_BITS:
        return x @ weight
    return np.rint(x.astype(np.float64) @ weight.astype(np.float64)).astype(np.int64)
