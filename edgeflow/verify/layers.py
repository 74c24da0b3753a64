"""Two rungs layer by layer: the first layer whose values differ, and why.

Asked only when logits were seen to differ, for frames that do.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeflow.fixedpoint import Integers
from edgeflow.kernels.relu import Relu
from edgeflow.kernels.requantize import Requantize
from edgeflow.kernels.table import Table
from edgeflow.network.network import Network
from edgeflow.verify.cause import Reals, cause

Values = dict[str, NDArray[np.float64]]  # layer -> (frames, values), in order
Trace = Callable[[Integers], Values]  # of chosen frames, by index

PARTS = ("_accum", "_aligned", "_mean", "_result")  # what lowering adds to a layer's name where it takes several steps
FRAMES = 16  # traced at most


@dataclass(frozen=True)
class Spot:
    """The first value of the first layer that differs, and the cause of all that differ there."""

    layer: str
    row: int  # of the traced frames
    channel: int
    expected: float
    got: float
    why: str


def trace(network: Network, x: Integers) -> Values:
    """What every layer of the model makes, by the name that frameworks know it by."""
    return {name: network.layers[i].kernel.y.real(y) for name, (i, y) in _by_name(network, x).items()}


def first_layer(before: Values, after: Values, network: Network, x: Integers) -> Spot | None:
    """The first layer that both have and make differently of frames ``x``; None if there is none."""
    for name, got in after.items():
        expected = before.get(name)
        if expected is not None and expected.shape == got.shape and (expected != got).any():
            row, channel = (int(i) for i in np.argwhere(expected != got)[0])
            values = float(expected[row, channel]), float(got[row, channel])
            return Spot(name, row, channel, *values, why(network, name, expected, got, x))
    return None


def why(network: Network, name: str, expected: Reals, got: Reals, x: Integers) -> str:
    """The cause of a layer's differing values; empty for a layer that the network does not have."""
    there = _by_name(network, x).get(_known_as(name))
    if there is None or expected.shape != there[1].shape:
        return ""
    index, differs = there[0], expected != got
    kernel = network.layers[index].kernel
    exact = _assigned(network, index, x)
    return cause(
        expected[differs], got[differs], kernel.y, None if exact is None else exact[differs], isinstance(kernel, Table)
    )


def _by_name(network: Network, x: Integers) -> dict[str, tuple[int, Integers]]:
    """The last step of each of the model's layers: its index and its values."""
    found = {}
    for index, (layer, y) in enumerate(zip(network.layers, network.trace(x), strict=True)):
        found[_known_as(layer.name)] = (index, y)
    return found


def _known_as(name: str) -> str:
    """A layer's name in the model, of any of its steps."""
    for part in PARTS:
        name = name.removesuffix(part)
    return name


def _assigned(network: Network, index: int, x: Integers) -> Reals | None:
    """What a layer assigns to its format, if that is all it does."""
    kernel = network.layers[index].kernel
    if not isinstance(kernel, (Relu, Requantize)):
        return None
    source = network.sources[index][0]
    values = x if source < 0 else network.trace(x)[source]
    real = network.tensor(source).format.real(values)
    return np.maximum(real, 0.0) if isinstance(kernel, Relu) else real
