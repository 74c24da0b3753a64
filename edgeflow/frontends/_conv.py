"""Convolutions, plain, pointwise and depthwise, in one and two dimensions."""

from functools import partial

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._geometry import geometry, pair
from edgeflow.frontends._nodes import Node
from edgeflow.frontends._sums import add_sum, terms
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.depthwise import Depthwise


def conv(draft: Draft, node: Node, x: Value) -> Value:
    shape, found = _geometry(node), terms(node, x)
    weight = found.weight.reshape(*shape.kernel, shape.channels, -1)
    return add_sum(draft, node, x, found.shaped(weight), partial(Conv, shape, x=x.format))


def depthwise(draft: Draft, node: Node, x: Value) -> Value:
    shape = _geometry(node)
    if node.integer("depth_multiplier", 1) != 1:
        raise UnsupportedLayerError("depth_multiplier is not 1; use a plain convolution")
    found = terms(node, x, last_axes=2)  # (kernel, channels, 1)
    weight = found.weight.reshape(*shape.kernel, shape.channels)
    return add_sum(draft, node, x, found.shaped(weight), partial(Depthwise, shape, x=x.format))


def _geometry(node: Node) -> Geometry:
    if pair(node, "dilation") != (1, 1):
        raise UnsupportedLayerError("hls4ml computes dilated convolutions as if they were dense; widen the kernel")
    size, out = pair(node, "in"), pair(node, "out")
    return geometry(node, size, node.integer("n_chan"), pair(node, "filt"), pair(node, "stride"), out)
