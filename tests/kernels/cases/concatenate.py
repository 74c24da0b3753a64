"""Concatenate: channels, rows (one pixel), more than two inputs."""

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels.concatenate import Concatenate


def reference(kernel, *x):
    y = []
    for pixel in range(kernel.pixels):
        for part, n in zip(x, kernel.channels, strict=True):
            y += part[pixel * n : (pixel + 1) * n]
    return y


def random(pick, x, features):
    return Concatenate(x, tuple(pick(1, 3) for _ in range(pick(2, 3))), features)


def corners():
    return {
        "channels": Concatenate(Fixed(4, 2), (2, 3), 6),
        "rows": Concatenate(Fixed(4, 2), (6, 3), 1),
        "three": Concatenate(Fixed(3, 0, signed=False), (1, 2, 1), 4),
        "single_values": Concatenate(Fixed(1), (1, 1), 1),
    }


def pinned():
    return corners()["channels"], 0, "unrolled", Cost(luts=388, ffs=251)
