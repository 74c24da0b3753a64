"""Depthwise: geometries, folds over channels and taps, and 1 x 1 as scale and offset."""

import numpy as np
import pick as choose
from _images import GEOMETRIES, HARDWARE, ends, random_geometry, windows

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Fold, Pixels, divisors
from edgeflow.kernels.depthwise import Depthwise

U3, S4 = Fixed(3, 2, signed=False), Fixed(4, 2)


def reference(kernel, x):
    y = []
    weight = kernel.weight.reshape(kernel.geometry.taps, -1).tolist()
    for window in windows(kernel.geometry, x):
        for c in range(kernel.geometry.channels):
            y.append(int(kernel.bias[c]) + sum(tap[c] * weight[t][c] for t, tap in enumerate(window) if tap))
    return y


def random(pick, x, features):
    geometry, w = random_geometry(pick, pick(1, 4)), Fixed(pick(1, 5), pick(-2, 6), bool(pick(0, 1)))
    shape = (*geometry.kernel, geometry.channels)
    weight = choose.matrix(pick, w.lo, w.hi, 1, int(np.prod(shape))).reshape(shape)
    return Depthwise(geometry, weight, choose.matrix(pick, -90, 90, 1, shape[2])[0], x, w)


def _depthwise(seed, geometry, x=U3, w=S4):
    rng = np.random.default_rng(seed)
    weight = rng.integers(w.lo, w.hi, (*geometry.kernel, geometry.channels), endpoint=True)
    return Depthwise(geometry, weight, rng.integers(-50, 50, geometry.channels), x, w)


def corners():
    found = {name: _depthwise(i, geometry) for i, (name, geometry) in enumerate(GEOMETRIES.items())}
    ones = Depthwise(GEOMETRIES["stride"], np.ones((2, 2, 2), int), np.zeros(2, int), S4, Fixed(1, 0, False))
    return found | {"sum": ones}


def rtl():
    """Random networks in hardware cover the rest."""
    return {name: kernel for name, kernel in corners().items() if name in HARDWARE}


def folds(kernel):
    pixels = [Pixels(n) for n in divisors(kernel.geometry.out_width)[1:]]
    return [Fold(pe, simd) for pe, simd in ends(kernel)] + pixels


def pinned():
    return _depthwise(1, GEOMETRIES["same"]), 1425, Fold(2, 3), Cost(luts=457, ffs=339, brams=1)
