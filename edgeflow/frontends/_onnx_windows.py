"""Windows as ONNX nodes describe them, channels first; a line of pixels is an image of height 1."""

from collections.abc import Sequence

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._onnx_exact import channels_last
from edgeflow.frontends._onnx_values import OnnxNode
from edgeflow.kernels._geometry import Geometry, Pair


def window(node: OnnxNode, size: Sequence[int], kernel: Sequence[int], channels: int) -> Geometry:
    """A node's window over an image (height, width) or a line (width). Raises InputError if it does not fit."""
    strides, dilations = (node.integers(key, [1] * len(size)) for key in ("strides", "dilations"))
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    sides = [_padding(node, i, *each) for i, each in enumerate(zip(size, reach, strides, strict=True))]
    before, after = zip(*sides, strict=True)
    return Geometry(
        *_pair(size, 1), channels,
        _pair(kernel, 1), _pair(strides, 1), _pair(dilations, 1), _pair(before, 0), _pair(after, 0),
    )  # fmt: skip


def placed(geometry: Geometry, channels: int, axes: int) -> Integers:
    """Where the elements of a window layer's output, channels first, lie in its frame."""
    return channels_last((channels, *(geometry.out_height, geometry.out_width)[-axes:]))


def _padding(node: OnnxNode, axis: int, size: int, reach: int, stride: int) -> Pair:
    """Cells before and after along one axis; with ceil_mode those that complete the last window."""
    match node.word("auto_pad", "NOTSET"):
        case "NOTSET":
            pads = node.integers("pads", ())
            before, after = (pads[axis], pads[axis + len(pads) // 2]) if pads else (0, 0)
        case "VALID":
            before, after = 0, 0
        case "SAME_UPPER" | "SAME_LOWER" as same:
            whole = max(0, (-(-size // stride) - 1) * stride + reach - size)
            before = whole // 2 if same == "SAME_UPPER" else -(-whole // 2)
            after = whole - before
        case other:
            raise UnsupportedLayerError(f'auto_pad "{other}" is none of NOTSET, VALID, SAME_UPPER, SAME_LOWER')
    if node.integer("ceil_mode", 0):
        room = size + before + after - reach
        last = room + -room % stride  # where one more window would start
        after += last - room if last < size + before else 0
    return before, after


def _pair(values: Sequence[int], height: int) -> Pair:
    return (height, int(values[0])) if len(values) == 1 else (int(values[0]), int(values[1]))
