"""What moves values without changing them: reshape, transpose, padding, upsampling, copies."""

from dataclasses import replace

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._draft import Draft, Value, typed
from edgeflow.frontends._geometry import check_channels_last, geometry, pair
from edgeflow.frontends._nodes import Node
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.permute import Permute
from edgeflow.kernels.resize import Resize


def wires(draft: Draft, node: Node, x: Value) -> Value:
    """Reshape, Flatten, Clone: a frame is a flat row of values anyway, and hls4ml keeps its type."""
    return replace(x, shape=node.shape)


def transpose(draft: Draft, node: Node, x: Value) -> Value:
    perm = node.attributes.get("perm")
    if not isinstance(perm, tuple) or sorted(perm) != list(range(len(x.shape))):
        raise UnsupportedLayerError(f"perm {perm} does not order the {len(x.shape)} axes of {x.shape}")
    order = np.arange(x.features).reshape(x.shape).transpose(perm).ravel()
    if (order == np.arange(x.features)).all():
        return draft.result(node, x)
    return draft.result(node, draft.add(node.name, Permute(x.format, tuple(order.tolist())), x))


def zero_padding(draft: Draft, node: Node, x: Value) -> Value:
    if x.binary:
        raise UnsupportedLayerError("zero padding of a binary input, whose 0 stands for -1; pad before quantizing")
    shape = geometry(node, pair(node, "in"), node.integer("n_chan"), (1, 1), (1, 1), pair(node, "out"))
    return draft.result(node, draft.add(node.name, Resize(shape, x.format), x))


def resize(draft: Draft, node: Node, x: Value) -> Value:
    check_channels_last(node)
    if node.word("algorithm") != "nearest" or node.integer("align_corners", 0):
        raise UnsupportedLayerError(f'resizing "{node.word("algorithm")}" is not nearest; use UpSampling2D("nearest")')
    (height, width, channels), out = (1, *x.shape)[-3:], (1, *node.shape)[-3:]
    repeat = out[0] // height, out[1] // width
    if (height * repeat[0], width * repeat[1]) != out[:2]:
        raise UnsupportedLayerError(f"{height} x {width} pixels to {out[0]} x {out[1]} is no whole factor")
    if (t := node.types["result_t"]) != x.type:
        raise UnsupportedLayerError(f"hls4ml keeps its input's type {x.type.y} here, so {t.y} fails; quantize before")
    if repeat == (1, 1):
        return typed(node, x)
    return typed(node, draft.add(node.name, Resize(Geometry(height, width, channels, repeat=repeat), x.format), x))
