"""The float baseline as 16-bit hardware, estimated; what a model costs by counting is in ``recipe_cost``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding, quantize
from edgeflow.kernels._cost import Cost as HardwareCost
from edgeflow.kernels._matrix import MatrixUnit, sum_format
from edgeflow.kernels._unit import Fold, Unit, divisors
from edgeflow.recipe_layers import Depthwise
from edgeflow.recipe_layout import Placed, weighted
from edgeflow.rtl.design import Part

FIXED16 = Fixed(16, 8)
FOLD_LANES = 4

Arrays = tuple[NDArray[np.float32], NDArray[np.float32]]  # kernel as in the layout, bias (outputs,)


@dataclass(frozen=True)
class Fixed16:
    """The float architecture in 16-bit fixed point, folded like the student would be: estimated, never built."""

    luts: int
    ffs: int
    brams: int
    dsps: int
    interval_cycles: int


def fixed16_hardware(layout: Sequence[Placed], weights: Mapping[str, Arrays]) -> Fixed16:
    """Sum of the folded matrix units of every layer, at most 4 x 4 multipliers each."""
    units = [_matrix_unit(layer, *weights[layer.name]) for layer in weighted(layout)]
    cost = sum((unit.cost for unit in units), HardwareCost())
    return Fixed16(cost.luts, cost.ffs, cost.brams, cost.dsps, max(unit.interval_cycles for unit in units))


def fixed16_parts(layout: Sequence[Placed], weights: Mapping[str, Arrays]) -> tuple[list[Part], int]:
    """The same units as an estimate sees them, and the cycles of the slowest."""
    units = [_matrix_unit(layer, *weights[layer.name]) for layer in weighted(layout)]
    return [Part(u.module, u.parameters, u.memories) for u in units], max(u.interval_cycles for u in units)


def drawn_weights(layout: Sequence[Placed], seed: int) -> dict[str, Arrays]:
    """Of a float network that is not trained: normal, with He's spread."""
    rng = np.random.default_rng(seed)
    found: dict[str, Arrays] = {}
    for layer in weighted(layout):
        spread = np.sqrt(2 / max(1, prod(layer.kernel[:-1])))
        kernel = rng.normal(0, spread, layer.kernel).astype(np.float32)
        found[layer.name] = kernel, rng.normal(0, 0.1, layer.channels).astype(np.float32)
    return found


def _matrix_unit(layer: Placed, kernel: NDArray[np.float32], real_bias: NDArray[np.float32]) -> Unit:
    weight = _fixed16(kernel).reshape(-1, layer.channels)
    bias = _fixed16(real_bias) << FIXED16.frac
    pe, simd = (max(n for n in divisors(size) if n <= FOLD_LANES) for size in weight.shape[::-1])
    y = sum_format(weight, bias, FIXED16, 2 * FIXED16.frac, layer.name)
    channelwise = isinstance(layer.layer, Depthwise)
    fold, positions = Fold(pe, simd), layer.positions
    return MatrixUnit(weight, bias, FIXED16, FIXED16, y, fold, positions=positions, channelwise=channelwise).unit()


def _fixed16(real: NDArray[np.float32]) -> Integers:
    return quantize(real, FIXED16, Rounding.RND_CONV, Overflow.SAT)
