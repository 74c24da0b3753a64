"""Max and average pooling, windowed and global.

hls4ml sums in ``accum_t`` and divides there, truncating toward zero, by the cells that lie inside the image.
"""

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.frontends._casts import overflows
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._geometry import check_channels_last, flat_image, geometry, pair
from edgeflow.frontends._nodes import Node
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.divide import Divide
from edgeflow.kernels.maxpool import MaxPool
from edgeflow.kernels.requantize import Requantize


def pool(draft: Draft, node: Node, x: Value) -> Value:
    if flat_image(node):
        size, out = (1, node.integer("n_in")), (1, node.integer("n_out"))
    else:
        size, out = pair(node, "in"), pair(node, "out")
    shape = geometry(node, size, node.integer("n_filt"), pair(node, "pool"), pair(node, "stride"), out)
    return _pooled(draft, node, x, shape)


def global_pool(draft: Draft, node: Node, x: Value) -> Value:
    check_channels_last(node)
    size = (1, node.integer("n_in")) if flat_image(node) else pair(node, "in")
    return _pooled(draft, node, x, Geometry(*size, node.integer("n_filt"), kernel=size))


def _pooled(draft: Draft, node: Node, x: Value, shape: Geometry) -> Value:
    pooled = _largest if node.word("pool_op") == "Max" else _average
    total = pooled(draft, node, x, shape)
    return draft.result(node, draft.cast(f"{node.name}_accum", total, node.types["accum_t"]))


def _largest(draft: Draft, node: Node, x: Value, shape: Geometry) -> Value:
    if (shape.pixels < 0).any() and not x.type.y.signed:
        raise UnsupportedLayerError(
            "padded max pooling of an unsigned input, where hls4ml takes half the range for the lowest value; "
            "put a ZeroPadding layer before valid pooling"
        )
    return draft.add(node.name, MaxPool(shape, x.format), x)


def _average(draft: Draft, node: Node, x: Value, shape: Geometry) -> Value:
    """The window's sum, brought to the accumulator's fraction and divided there."""
    if x.binary:
        raise UnsupportedLayerError("average pooling of a binary input, whose 0 stands for -1; pool before quantizing")
    n, accum = _cells(node, shape), node.types["accum_t"]
    spare = accum.y.frac - x.format.frac
    if spare < 0:
        raise UnsupportedLayerError(f"accum_t {accum.y} drops fraction bits of its input ({x.format}); widen it")
    total = _sum(shape, x.format)
    wraps = overflows(total.y, accum)
    if wraps and accum.overflow is not Overflow.WRAP:
        raise UnsupportedLayerError(f"accum_t {accum.y} cannot hold the sum of {n} inputs ({total.y}); widen it")
    log2 = n.bit_length() - 1
    if n == 1 << log2 and spare >= log2 and not wraps:
        return draft.add(node.name, _sum(shape, x.format, log2), x)
    y = accum.y if wraps else Fixed(total.y.width + spare, accum.y.frac, total.y.signed)
    summed = draft.add(node.name, total, x)
    finer = Requantize(total.y, y, Rounding.TRN, Overflow.WRAP, summed.features)
    aligned = draft.add(f"{node.name}_aligned", finer, summed) if y != total.y else summed
    return draft.add(f"{node.name}_mean", Divide(y, n, summed.features), aligned)


def _sum(shape: Geometry, x: Fixed, log2: int = 0) -> Depthwise:
    """Windows summed; ones with ``log2`` fraction bits are ``1 / 2**log2`` already."""
    ones = np.ones((*shape.kernel, shape.channels), np.int64)
    return Depthwise(shape, ones, np.zeros(shape.channels, np.int64), x, Fixed(1, log2, signed=False))


def _cells(node: Node, shape: Geometry) -> int:
    """By what every window is divided. Raises UnsupportedLayerError where windows differ."""
    if node.integer("count_pad", 0):
        return shape.taps
    counts = set((shape.pixels >= 0).sum(axis=1).tolist())
    if len(counts) > 1:
        raise UnsupportedLayerError(
            f"windows that cover {', '.join(map(str, sorted(counts)))} cells of the image divide by different numbers; "
            "use valid padding"
        )
    return int(counts.pop())
