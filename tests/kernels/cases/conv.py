"""Convolution: geometries, folds from one by one to everything at once, and several pixels a beat."""

import numpy as np
import pick as choose
from _images import GEOMETRIES, HARDWARE, ends, random_geometry, windows

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Fold, Pixels, divisors
from edgeflow.kernels.conv import Conv

U3, S4 = Fixed(3, 2, signed=False), Fixed(4, 2)


def reference(kernel, x):
    """Taps row by row, channels inside, bias first."""
    y = []
    weight = kernel.weight.reshape(kernel.geometry.taps, kernel.geometry.channels, -1).tolist()
    for window in windows(kernel.geometry, x):
        for o in range(len(kernel.bias)):
            total = int(kernel.bias[o])
            for t, tap in enumerate(window):
                for c, value in enumerate(tap or []):
                    total += value * weight[t][c][o]
            y.append(total)
    return y


def random(pick, x, features):
    geometry, w = random_geometry(pick, pick(1, 3)), Fixed(pick(1, 5), pick(-2, 6), bool(pick(0, 1)))
    shape = (*geometry.kernel, geometry.channels, pick(1, 4))
    weight = choose.matrix(pick, w.lo, w.hi, 1, int(np.prod(shape))).reshape(shape)
    return Conv(geometry, weight, choose.matrix(pick, -90, 90, 1, shape[3])[0], x, w)


def _conv(seed, geometry, outputs=2, x=U3, w=S4):
    rng = np.random.default_rng(seed)
    weight = rng.integers(w.lo, w.hi, (*geometry.kernel, geometry.channels, outputs), endpoint=True)
    return Conv(geometry, weight, rng.integers(-50, 50, outputs), x, w)


def corners():
    found = {name: _conv(i, geometry) for i, (name, geometry) in enumerate(GEOMETRIES.items())}
    same = GEOMETRIES["same"]
    return found | {
        "ternary": Conv(same, np.random.default_rng(1).integers(-1, 2, (3, 3, 2, 2)), np.array([1, -2]), S4, Fixed(2)),
        "binary": Conv(same, np.random.default_rng(2).choice([-1, 1], (3, 3, 2, 2)), np.array([0, 3]), S4, Fixed(2)),
        "bits": Conv(same, np.ones((3, 3, 2, 1), int), np.array([0]), Fixed(1, 0, False), Fixed(1, 0, False)),
        "nothing": Conv(same, np.zeros((3, 3, 2, 1), int), np.array([5]), S4, S4),
    }


def rtl():
    """Random networks in hardware cover the rest."""
    return {name: kernel for name, kernel in corners().items() if name in HARDWARE}


def folds(kernel):
    pixels = [Pixels(n) for n in divisors(kernel.geometry.out_width)[1:]]
    return [Fold(pe, simd) for pe, simd in ends(kernel)] + pixels


def pinned():
    return _conv(1, GEOMETRIES["same"]), 2732, Fold(2, 2), Cost(luts=329, ffs=247, brams=1)
