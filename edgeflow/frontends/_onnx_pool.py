"""Pooling: the greatest of a window, or its sum with the division left to the scale."""

from fractions import Fraction

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._onnx_exact import centred, image, rising, unclamped
from edgeflow.frontends._onnx_values import Const, OnnxNode, Real
from edgeflow.frontends._onnx_windows import placed, window
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.maxpool import MaxPool


def max_pool(draft: Draft, node: OnnxNode, x: Real) -> Real:
    """A clamp behind it is the same as before it."""
    x = image(draft, node.name, rising(draft, node.name, x))
    geometry = window(node, x.shape[1:], node.integers("kernel_shape", ()), x.shape[0])
    value = draft.add(node.name, MaxPool(geometry, x.value.format), x.value)
    return Real(value, placed(geometry, x.shape[0], len(x.shape) - 1), x.scale, x.offset, x.lo, x.hi)


def average_pool(draft: Draft, node: OnnxNode, x: Real) -> Real:
    geometry = window(node, x.shape[1:], node.integers("kernel_shape", ()), x.shape[0])
    counts = set((geometry.pixels >= 0).sum(axis=1).tolist())
    if len(counts) > 1 and (not node.integer("count_include_pad", 0) or node.integer("ceil_mode", 0)):
        raise UnsupportedLayerError("windows over the edge divide by fewer cells; count the padding, or pad before")
    averaged = _averaged(draft, node, x, geometry)
    at = placed(geometry, x.shape[0], len(x.shape) - 1)
    return Real(averaged.value, at, averaged.scale, averaged.offset)


def global_average(draft: Draft, node: OnnxNode, x: Real) -> Real:
    averaged = _averaged(draft, node, x, _whole(x))
    at = np.arange(x.shape[0]).reshape(-1, *(1 for _ in x.shape[1:]))
    return Real(averaged.value, at, averaged.scale, averaged.offset)


def global_max(draft: Draft, node: OnnxNode, x: Real) -> Real:
    x = image(draft, node.name, rising(draft, node.name, x))
    value = draft.add(node.name, MaxPool(_whole(x), x.value.format), x.value)
    at = np.arange(x.shape[0]).reshape(-1, *(1 for _ in x.shape[1:]))
    return Real(value, at, x.scale, x.offset, x.lo, x.hi)


def reduce_mean(draft: Draft, node: OnnxNode, x: Real, axes: Const | None = None) -> Real:
    """Over all rows and columns of an image."""
    given = node.integers("axes", ()) if axes is None else axes.values.ravel().tolist()
    over = sorted(int(axis) % (len(x.shape) + 1) for axis in given)
    if len(x.shape) < 2 or over != list(range(2, len(x.shape) + 1)):
        raise UnsupportedLayerError(f"axes = {over}: only the mean over an image's rows and columns is known")
    y = global_average(draft, node, x)
    return y if node.integer("keepdims", 1) else y.moved(lambda array: array.reshape(array.shape[0]))


def _averaged(draft: Draft, node: OnnxNode, x: Real, geometry: Geometry) -> Real:
    x = unclamped(draft, node.name, x)
    if geometry.before + geometry.after != (0, 0, 0, 0):
        x = centred(draft, node.name, x)
    if any(n > 1 for n in (*x.scale.shape[1:], *x.offset.shape[1:])):
        raise UnsupportedLayerError("scales that differ by pixel")
    x = image(draft, node.name, x)
    ones = np.ones((*geometry.kernel, geometry.channels), np.int64)
    kernel = Depthwise(geometry, ones, np.zeros(geometry.channels, np.int64), x.value.format, Fixed(1, signed=False))
    return Real(draft.add(node.name, kernel, x.value), x.at, x.scale * Fraction(1, geometry.taps), x.offset)


def _whole(x: Real) -> Geometry:
    height, width = (1, *x.shape[1:])[-2:]
    return Geometry(height, width, x.shape[0], kernel=(height, width))
