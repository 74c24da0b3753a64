"""What a design takes, told layer by layer."""

from collections.abc import Mapping

import numpy as np

from edgeflow.kernels._cost import Cost
from edgeflow.rtl.design import Design

FIGURES = ("luts", "ffs", "brams", "dsps")


def by_layer(design: Design, cells: Mapping[str, int]) -> list[Cost]:
    """``cells`` of the whole design in the proportions of what each layer's kernel says of itself.

    Sums are exact, so layers between which logic is shared, and what lies between them, have their part. What no
    kernel speaks of, such as a FIFO in a block memory, is spread over all layers.
    """
    shares = {name: _shares([getattr(layer.cost, name) for layer in design.layers], cells[name]) for name in FIGURES}
    return [Cost(*own) for own in zip(*shares.values(), strict=True)]


def _shares(said: list[int], total: int) -> list[int]:
    """Whole numbers in the proportions of ``said`` whose sum is ``total``; in equal parts where it is silent."""
    weights = np.array(said if any(said) else [1] * len(said), np.float64)
    ends = np.rint(total * np.cumsum(weights) / weights.sum()).astype(int)
    return [int(n) for n in np.diff(ends, prepend=0)]
