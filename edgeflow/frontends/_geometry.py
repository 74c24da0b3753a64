"""Windows as hls4ml's nodes describe them; a line of pixels is an image of height 1."""

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._nodes import Node
from edgeflow.kernels._geometry import Geometry, Pair


def flat_image(node: Node) -> bool:
    """Whether the node is one-dimensional."""
    return node.class_name.endswith("1D")


def pair(node: Node, what: str, default: int = 1) -> Pair:
    """Attributes ``<what>_height`` and ``<what>_width``; of a line, 1 and the width."""
    height = 1 if flat_image(node) else node.integer(f"{what}_height", default)
    return height, node.integer(f"{what}_width", default)


def padding(node: Node) -> tuple[Pair, Pair]:
    """Cells before and after the image."""
    top, bottom = (0, 0) if flat_image(node) else (node.integer("pad_top", 0), node.integer("pad_bottom", 0))
    return (top, node.integer("pad_left", 0)), (bottom, node.integer("pad_right", 0))


def geometry(node: Node, size: Pair, channels: int, kernel: Pair, stride: Pair, out: Pair) -> Geometry:
    """The window, held against the output that hls4ml says it has. Raises InputError."""
    check_channels_last(node)
    before, after = padding(node)
    found = Geometry(*size, channels, kernel, stride, before=before, after=after)
    if (found.out_height, found.out_width) != out:
        made = f"{found.out_height} x {found.out_width}"
        raise UnsupportedLayerError(f"its window makes {made} pixels, the model says {out[0]} x {out[1]}")
    return found


def check_channels_last(node: Node) -> None:
    if node.word("data_format") == "channels_first":
        raise UnsupportedLayerError("data_format is channels_first; build the model with channels last")
