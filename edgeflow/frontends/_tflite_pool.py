"""Pooling: the greatest of a window, or its sum with TFLite's own rounding of the quotient."""

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._onnx_exact import ordered
from edgeflow.frontends._onnx_values import Real
from edgeflow.frontends._tflite_arithmetic import Mean, activation, fixed_point
from edgeflow.frontends._tflite_steps import Scaling, scaled_down
from edgeflow.frontends._tflite_values import TfliteNode, held_of, quantized, row_major
from edgeflow.frontends._tflite_windows import check_size, window_of
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.clip import Clip
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.maxpool import MaxPool

MOST_MEAN = 2**20


def max_pool_2d(draft: Draft, node: TfliteNode, x: Real) -> Real:
    return _greatest(draft, node, x, window_of(node, x.shape, node.integers("kernel_shape", ())))


def reduce_max(draft: Draft, node: TfliteNode, x: Real, *axes: object) -> Real:
    return _greatest(draft, node, x, _whole(node, x))


def average_pool_2d(draft: Draft, node: TfliteNode, x: Real) -> Real:
    """Windows over the edge divide by the cells that they see."""
    same_grid(node)
    geometry = window_of(node, x.shape, node.integers("kernel_shape", ()))
    counts = (geometry.pixels >= 0).sum(axis=1).tolist()
    zero = node.tensor(0).grid.zero
    scalings = [Scaling(Mean(n, zero), n * (zero - held_of(x))) for n in counts]
    rows = np.repeat(np.arange(len(counts)), geometry.channels)
    return _averaged(draft, node, x, geometry, scalings, rows)


def mean(draft: Draft, node: TfliteNode, x: Real, *axes: object) -> Real:
    """Over all rows and columns of an image."""
    taken, made = node.tensor(0).grid, node.made[0].grid
    geometry = _whole(node, x)
    check_size("values in one mean", geometry.taps, MOST_MEAN)
    rescale = fixed_point(float(taken.scale) / float(made.scale)).over(geometry.taps)
    scalings = [Scaling(rescale, -geometry.taps * held_of(x))]
    return _averaged(draft, node, x, geometry, scalings, np.zeros(geometry.channels, np.int64))


def same_grid(node: TfliteNode) -> None:
    """What only moves or compares integers must not change their meaning."""
    if node.tensor(0).grid != node.made[0].grid:
        raise UnsupportedLayerError("it changes scale or zero point, which TFLite's own kernel does not do")


def _greatest(draft: Draft, node: TfliteNode, x: Real, geometry: Geometry) -> Real:
    same_grid(node)
    x = ordered(draft, node.name, x, row_major(x.shape))
    value = draft.add(node.name, MaxPool(geometry, x.value.format), x.value)
    y, held, format_ = node.made[0].grid, held_of(x), value.format
    lo, hi = (end - y.zero + held for end in activation(node.word("activation", "NONE"), y))
    if lo > format_.lo or hi < format_.hi:
        value = draft.add(f"{node.name}_clamp", Clip(format_, lo, hi, value.features), value)
    return quantized(value, _placed(node, geometry), y, held)


def _averaged(
    draft: Draft, node: TfliteNode, x: Real, geometry: Geometry, scalings: list[Scaling], rows: Integers
) -> Real:
    x = ordered(draft, node.name, x, row_major(x.shape))
    ones = np.ones((*geometry.kernel, geometry.channels), np.int64)
    kernel = Depthwise(geometry, ones, np.zeros(geometry.channels, np.int64), x.value.format, Fixed(1, signed=False))
    total = draft.add(node.name, kernel, x.value)
    return scaled_down(draft, node, total, _placed(node, geometry), scalings, rows)


def _placed(node: TfliteNode, geometry: Geometry) -> Integers:
    shape = node.made[0].shape[1:]
    if int(np.prod(shape)) != geometry.positions * geometry.channels:
        raise UnsupportedLayerError(
            f"it makes {geometry.positions} x {geometry.channels} values, the file says {shape}"
        )
    return row_major(shape)


def _whole(node: TfliteNode, x: Real) -> Geometry:
    """All rows and columns. Raises UnsupportedLayerError for other axes, or for the batch."""
    axes = sorted(axis % (len(x.shape) + 1) for axis in node.integers_of(1))
    if len(x.shape) not in (2, 3) or axes != list(range(1, len(x.shape))):
        raise UnsupportedLayerError(f"axes {axes} of {x.shape}: only an image's rows and columns are known")
    height, width = (1, *x.shape[:-1])[-2:]
    return Geometry(height, width, x.shape[-1], kernel=(height, width))
