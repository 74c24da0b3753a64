"""HGQ2's quantizers of activations that hls4ml leaves a layer of their own: its bits differ from value to value, or
other layers take its input too.
"""

from dataclasses import replace

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Overflow, Rounding
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._nodes import MASK, Cast, Node
from edgeflow.kernels.requantize_each import RequantizeEach


def quantizer(draft: Draft, node: Node, x: Value) -> Value:
    """Each value cast to its own bits, then all to the node's one type."""
    if x.binary:
        raise UnsupportedLayerError("quantizer of a binary input, whose 0 stands for -1")
    rounding, overflow = _modes(node)
    formats = _formats(node)
    first = formats[0]
    if first and set(formats) == {first}:
        return draft.result(node, draft.cast(node.name, x, Cast(first, rounding, overflow)))
    kernel = RequantizeEach(x.format, formats, rounding, overflow, x.features // len(formats))
    zeros = tuple(kernel.y.frac - own.frac if own else MAX_WIDTH for own in formats) * kernel.pixels
    return draft.result(node, replace(draft.add(node.name, kernel, x), zeros=zeros))


def _modes(node: Node) -> tuple[Rounding, Overflow]:
    rounding, overflow = node.word("RND"), node.word("SAT")
    if rounding not in list(Rounding) or overflow not in list(Overflow):
        raise UnsupportedLayerError(f"rounding {rounding}, overflow {overflow} are none of ap_fixed's modes")
    return Rounding(rounding), Overflow(overflow)


def _formats(node: Node) -> tuple[Fixed | None, ...]:
    """Of each channel where all pixels agree, else of each value."""
    bits = np.stack([np.broadcast_to(node.weights[key][0], node.shape) for key in MASK], axis=-1)
    bits = bits.astype(np.int64).reshape(-1, node.shape[-1], len(MASK))  # (pixels, channels, mask)
    rows = bits[0] if (bits == bits[0]).all() else bits.reshape(-1, len(MASK))
    return tuple(_format(*row) for row in rows.tolist())


def _format(signed: int, width: int, integer: int) -> Fixed | None:
    """None for no bits, which hls4ml writes as the value 0."""
    if width > MAX_WIDTH:
        raise UnsupportedLayerError(f"a value of {width} bits is wider than {MAX_WIDTH}")
    return Fixed(width, width - integer, bool(signed)) if width > 0 else None
