"""HGQ2's quantizers of activations. hls4ml makes those of one width a tensor the type of the layer before them."""

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._nodes import Node


def quantizer(draft: Draft, node: Node, x: Value) -> Value:
    """What hls4ml left a layer of its own: its bits differ from value to value, or other layers take its input too."""
    raise UnsupportedLayerError(
        "activations of one width a tensor are known, taken by one layer; "
        "give HGQ2's datalane quantizers heterogeneous_axis=()"
    )
