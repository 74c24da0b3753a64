"""Resize: padding on every side, upsampling, cropping by strides."""

from _images import ends, random_geometry, windows

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.resize import Resize


def reference(kernel, x):
    nothing = [0] * kernel.geometry.channels
    return [value for window in windows(kernel.geometry, x) for tap in window for value in tap or nothing]


def random(pick, x, features):
    if pick(0, 1):
        return Resize(Geometry(pick(1, 4), pick(1, 4), pick(1, 3), repeat=(pick(1, 3), pick(1, 3))), x)
    return Resize(random_geometry(pick, pick(1, 3), kernel=False), x)


def corners():
    geometries = {
        "padded": Geometry(3, 2, 2, before=(2, 3), after=(1, 2)),
        "far_below": Geometry(2, 2, 1, after=(5, 0)),
        "upsampled": Geometry(3, 2, 2, repeat=(2, 3)),
        "rows_upsampled": Geometry(1, 4, 3, repeat=(1, 2)),
        "every_third": Geometry(7, 7, 2, stride=(3, 3)),
        "same": Geometry(2, 3, 2),
    }
    return {name: Resize(geometry, Fixed(4)) for name, geometry in geometries.items()}


def folds(kernel):
    return [Fold(pe, simd) for pe, simd in ends(kernel)]


def pinned():
    return Resize(Geometry(3, 2, 2, before=(1, 1)), Fixed(4)), 0, Fold(2, 1), Cost(luts=57, ffs=35)
