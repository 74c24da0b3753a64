"""A Brevitas student whose weight bits are trained along, under the pressure of a budget.

Each layer's width is a real number, rounded in every forward pass and passed through in the backward one, where its
gradient is what a finer or coarser grid would do to the loss. One-bit weights have no width to move.
"""

from typing import Any

from brevitas.core.bit_width import BitWidthParameter

from edgeflow.training._fit import Pressure
from edgeflow.training._torch import Module, Network, torch, weighted


class FreeWidths(Network):
    def __init__(self, student: Network, pressure: Pressure):
        super().__init__(student.shape, student.named_children())
        self._pressure = pressure

    def penalty(self) -> Any:
        layers = weighted(self)
        bits = sum(layers[name].weight.numel() * width() for name, width in _widths(self).items())
        over = (bits + self._pressure.fixed) / self._pressure.budget - 1
        return self._pressure.price * torch.relu(over)

    def learned(self) -> dict[str, float]:
        """Each layer's width, not rounded."""
        moved = _widths(self).items()
        return {name: abs(width.bit_width_offset.item()) + width.bit_width_base for name, width in moved}


def _widths(model: Module) -> dict[str, Any]:
    found = {name: list(layer.weight_quant.modules()) for name, layer in weighted(model).items()}
    return {name: part for name, parts in found.items() for part in parts if isinstance(part, BitWidthParameter)}
