"""Permute: transposed images, long blocks, reversal."""

import numpy as np

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.permute import Permute


def reference(kernel, x):
    return [x[i] for i in kernel.order]


def random(pick, x, features):
    shape = (pick(1, 4), pick(1, 3), pick(1, 3))
    order = sorted(range(3), key=lambda _: pick(0, 99))
    return transposed(x, shape, tuple(order))


def transposed(x, shape, axes):
    order = np.arange(np.prod(shape)).reshape(shape).transpose(axes).ravel()
    return Permute(x, tuple(order.tolist()))


def corners():
    return {
        "channels_first": transposed(Fixed(4), (3, 4, 2), (2, 0, 1)),
        "rows_and_columns": transposed(Fixed(3, 1, signed=False), (3, 4, 2), (1, 0, 2)),
        "reversed": Permute(Fixed(3), tuple(range(6, -1, -1))),
        "two": Permute(Fixed(5), (1, 0)),
        "same": Permute(Fixed(2), tuple(range(6))),
    }


def pinned():
    return transposed(Fixed(4), (3, 4, 2), (1, 0, 2)), 0, "folded", Cost(luts=53, ffs=24)
