"""Max pooling: overlapping and padded windows, signed and unsigned, one bit."""

from _images import GEOMETRIES, HARDWARE, ends, random_geometry, windows

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Fold, Pixels, divisors
from edgeflow.kernels.maxpool import MaxPool


def reference(kernel, x):
    pixels = windows(kernel.geometry, x)
    return [max(tap[c] for tap in window if tap) for window in pixels for c in range(kernel.geometry.channels)]


def random(pick, x, features):
    geometry = random_geometry(pick, pick(1, 4))
    if (geometry.pixels < 0).all(axis=1).any():  # a window of padding alone is refused
        geometry = GEOMETRIES["stride"]
    return MaxPool(geometry, x)


def corners():
    names = [name for name, geometry in GEOMETRIES.items() if not (geometry.pixels < 0).all(axis=1).any()]
    formats = (Fixed(4), Fixed(3, 1, signed=False), Fixed(1), Fixed(1, 0, signed=False))
    return {name: MaxPool(GEOMETRIES[name], formats[i % len(formats)]) for i, name in enumerate(names)}


def rtl():
    """Random networks in hardware cover the rest."""
    return {name: kernel for name, kernel in corners().items() if name in HARDWARE}


def folds(kernel):
    pixels = [Pixels(n) for n in divisors(kernel.geometry.out_width)[1:]]
    return [Fold(pe, simd) for pe, simd in ends(kernel)] + pixels


def pinned():
    return MaxPool(GEOMETRIES["same"], Fixed(4)), 1040, Fold(2, 3), Cost(luts=221, ffs=114)
