"""A quantizer that is placed: its scale and its bits; and all of those of a network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.frontends._onnx_grids import Quantizer
from edgeflow.frontends._onnx_quant import bounds

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Grid:
    """``scale`` is positive and broadcasts to the tensor, the batch counted. Zero points are 0: padding stays exact."""

    scale: Floats
    bits: int
    signed: bool
    narrow: bool  # the least integer left out, so that weights are symmetric

    @property
    def ends(self) -> tuple[int, int]:
        return bounds(self.bits, self.signed, self.narrow)

    def quantized(self, x: NDArray[Any]) -> Floats:
        """The nearest values of the grid, in the arithmetic of QONNX's executor."""
        quantizer = Quantizer(self.scale, np.zeros((), np.float32), *self.ends)
        return np.asarray(quantizer.reals(quantizer.integers(x)), np.float32)


@dataclass(frozen=True, eq=False)
class Scheme:
    """Every quantizer of a network."""

    weights: Mapping[str, Grid] = field(default_factory=dict)  # by the name of the layer
    activations: Mapping[str, Grid] = field(default_factory=dict)  # by the name of the tensor
