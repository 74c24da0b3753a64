"""Folding for a rate: for each layer the fewest multipliers that keep its share of the clock (FINN: SetFolding)."""

from edgeflow.errors import InputError
from edgeflow.kernels._unit import Fold, Foldable, Unit, foldable
from edgeflow.network.network import Network


def folding_within(network: Network, cycles: int) -> dict[str, Fold]:
    """A fold for every layer that folds, none of which takes more than ``cycles`` for a frame.

    Of folds with as few multipliers the one with the widest input is taken: it needs fewer accumulators. Raises
    InputError naming the layers that cannot be so fast.
    """
    found = {
        layer.name: _smallest(kernel, cycles) for layer in network.layers if (kernel := foldable(layer)) is not None
    }
    slow = [name for name, fold in found.items() if fold is None]
    if slow:
        raise InputError(
            f"folding: {', '.join(slow)} cannot take a frame in {cycles} cycles; unroll them, or ask for less"
        )
    return {name: fold for name, fold in found.items() if fold is not None}


def _smallest(kernel: Foldable, cycles: int) -> Fold | None:
    pes, simds = kernel.folds()
    folds = sorted((Fold(pe, simd) for pe in pes for simd in simds), key=lambda f: (f.pe * f.simd, -f.simd))
    return next((fold for fold in folds if _cycles(kernel, fold) <= cycles), None)


def _cycles(kernel: Foldable, fold: Fold) -> int:
    """The slowest of the units that the layer becomes."""
    return max(stage.interval_cycles for stage in kernel.stages(fold, ()) if isinstance(stage, Unit))
