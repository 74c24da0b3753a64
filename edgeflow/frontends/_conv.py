"""Convolutions, plain, pointwise and depthwise, in one and two dimensions."""

from dataclasses import replace
from functools import partial

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._geometry import geometry, pair
from edgeflow.frontends._nodes import Node
from edgeflow.frontends._sums import add_sum, terms
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import divisors
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.depthwise import Depthwise


def conv(draft: Draft, node: Node, x: Value) -> Value:
    shape, found = _geometry(node), terms(node, x)
    shape, weight = _dilated(draft, shape, found.weight.reshape(*shape.kernel, shape.channels, -1))
    return add_sum(draft, node, x, found.shaped(weight), partial(Conv, shape, x=x.format))


def depthwise(draft: Draft, node: Node, x: Value) -> Value:
    shape = _geometry(node)
    if node.integer("depth_multiplier", 1) != 1:
        raise UnsupportedLayerError("depth_multiplier is not 1; use a plain convolution")
    found = terms(node, x, last_axes=2)  # (kernel, channels, 1)
    shape, weight = _dilated(draft, shape, found.weight.reshape(*shape.kernel, shape.channels))
    return add_sum(draft, node, x, found.shaped(weight), partial(Depthwise, shape, x=x.format))


def _dilated(draft: Draft, shape: Geometry, weight: Integers) -> tuple[Geometry, Integers]:
    """The same window with fewer taps, where the others are zero at regular distance: a dilated convolution, which
    hls4ml knows only as a wide one."""
    down, across = _spacing(weight, axis=0), _spacing(weight, axis=1)
    if (down, across) == (1, 1):
        return shape, weight
    draft.note(f"taps that are zero left out: dilation {down} x {across}")
    kept = weight[::down, ::across]
    return replace(shape, kernel=kept.shape[:2], dilation=(down, across)), kept


def _spacing(weight: Integers, axis: int) -> int:
    """The widest distance of taps along an axis such that all taps between them are zero, the last one among them."""
    taps = np.moveaxis(weight, axis, 0)
    found = [d for d in divisors(len(taps) - 1) if not np.delete(taps, np.s_[::d], axis=0).any()]
    return max(found, default=1)


def _geometry(node: Node) -> Geometry:
    if pair(node, "dilation") != (1, 1):
        raise UnsupportedLayerError("hls4ml computes dilated convolutions as if they were dense; widen the kernel")
    size, out = pair(node, "in"), pair(node, "out")
    return geometry(node, size, node.integer("n_chan"), pair(node, "filt"), pair(node, "stride"), out)
