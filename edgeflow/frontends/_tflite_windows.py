"""Windows as TFLite's operators describe them, judged before any memory is taken for them."""

from collections.abc import Sequence

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._onnx_windows import window
from edgeflow.frontends._tflite_values import TfliteNode
from edgeflow.kernels._geometry import Geometry

MOST_TAPS = 2**26  # over all positions and channels of a layer


def window_of(node: TfliteNode, shape: tuple[int, ...], kernel: Sequence[int]) -> Geometry:
    """Over an image (height, width, channels). Raises UnsupportedLayerError for windows beyond all bounds."""
    sizes = (*kernel, *node.integers("strides", (1, 1)), *node.integers("dilations", (1, 1)))
    if len(shape) != 3 or not all(1 <= n <= 1 << 16 for n in (*sizes, *shape)):
        raise UnsupportedLayerError(f"kernel, strides and dilations {sizes} on a tensor of shape {shape}")
    geometry = window(node, shape[:2], kernel, shape[2])
    check_size("taps", geometry.positions * geometry.taps * geometry.channels, MOST_TAPS)
    return geometry


def check_size(what: str, count: int, most: int) -> None:
    if count > most:
        raise UnsupportedLayerError(f"{count:,} {what}, over {most:,}; it fits no FPGA")
