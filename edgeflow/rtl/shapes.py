"""Which shape each layer gets: from one word for all, or layer by layer."""

from collections.abc import Mapping
from typing import Literal

from edgeflow.errors import InputError
from edgeflow.kernels._unit import Fold, Foldable, Shape, Unit, foldable
from edgeflow.network.network import Layer, Network

LayerFolding = Fold | Shape | Literal["folded"]
Folding = Literal["unrolled", "parallel", "folded"] | Mapping[str, LayerFolding]

FOLDED_LANES = 4  # "folded" alone means up to 4 x 4: one block memory wide, few multipliers


def layer_shapes(network: Network, folding: Folding) -> list[Shape]:
    """The shape of every layer; those without one of their own get "unrolled", or "parallel" where all do.

    Raises InputError for a name that is no foldable layer's.
    """
    names = [layer.name for layer in network.layers if foldable(layer)]
    unknown = [] if isinstance(folding, str) else [name for name in folding if name not in names]
    if unknown:
        raise InputError(f"folding: no layer {', '.join(map(repr, unknown))} to fold; there are {', '.join(names)}")
    return [_shape(layer, folding) for layer in network.layers]


def input_lanes(network: Network, shapes: list[Shape], folding: Folding) -> int:
    """Values a beat of the network's input: what the first layer with a shape of its own takes at once."""
    for layer, shape in zip(network.layers, shapes, strict=True):
        kernel = foldable(layer)
        if kernel:
            first = kernel.stages(shape, ())[0]
            lanes = first.in_lanes if isinstance(first, Unit) else first.in_lanes[0]
            return lanes if network.in_features % lanes == 0 else 1
    return 1 if folding == "folded" else network.in_features


def _shape(layer: Layer, folding: Folding) -> Shape:
    kernel = foldable(layer)
    wanted = folding if isinstance(folding, str) else folding.get(layer.name, "unrolled")
    if wanted == "folded":
        return _folded(kernel) if kernel else "unrolled"
    return wanted if kernel or wanted == "parallel" else "unrolled"


def _folded(kernel: Foldable) -> Fold:
    return Fold(*(max(n for n in legal if n <= FOLDED_LANES) for legal in kernel.folds()))
