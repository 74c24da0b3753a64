"""Scale and offset a channel at a time, and the thresholds that hls4ml makes of it before a binary or ternary tanh."""

from functools import partial

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._draft import Draft, Value, typed
from edgeflow.frontends._nodes import Node
from edgeflow.frontends._sums import add_sum, terms
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.threshold import Threshold


def normalize(draft: Draft, node: Node, x: Value) -> Value:
    """``x * scale + bias`` with one cast; a depthwise 1 x 1 convolution."""
    found = terms(node, x, weight="scale")
    channels = len(found.bias.ravel())
    shape = Geometry(1, x.features // channels, channels)
    found = found.shaped(found.weight.reshape(1, 1, channels))
    return add_sum(draft, node, x, found, partial(Depthwise, shape, x=x.format))


def thresholds(draft: Draft, node: Node, x: Value) -> Value:
    """Binary: whether x reaches the channel's threshold. Ternary: -1 to the lower one, +1 above the higher one."""
    if x.binary:
        raise UnsupportedLayerError("thresholds of a binary input; it has but two values")
    if node.integer("quantize") == 2:
        steps, lo = [-_floor(node, "threshold", x, sign=-1)], 0  # the first x that is not below
    else:
        low, high = _floor(node, "threshold_lo", x), _floor(node, "threshold_hi", x)
        if (low > high).any():
            raise UnsupportedLayerError("a channel's lower threshold lies above its higher one: its scale is negative")
        steps, lo = [low + 1, high + 1], -1  # the first x above each
    matrix = np.stack(steps, axis=1)  # (channels, steps)
    kernel = Threshold(x.format, matrix, lo, x.features // len(matrix))
    return typed(node, draft.add(node.name, kernel, x))


def _floor(node: Node, key: str, x: Value, sign: int = 1) -> Integers:
    """``sign`` times the thresholds (channels,), rounded down to the grid of ``x``."""
    t = node.types[f"{key}_t"]
    integers = sign * t.of_reals(node.weights[key]).ravel()
    shift = x.format.frac - t.y.frac
    return integers << shift if shift >= 0 else integers >> -shift
