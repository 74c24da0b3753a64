"""The float baseline as 16-bit hardware, estimated; what a model costs by counting is in ``recipe_cost``."""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from edgeflow.boards._board import Board
from edgeflow.estimate.analytic import Sketch, of_parts
from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding, quantize
from edgeflow.kernels._matrix import MatrixUnit, sum_format
from edgeflow.kernels._unit import Fold, Unit, divisors
from edgeflow.recipe_layers import Depthwise
from edgeflow.recipe_layout import Placed, weighted
from edgeflow.rtl.design import Part

FIXED16 = Fixed(16, 8)
FOLD_LANES = 4

Arrays = tuple[NDArray[np.float32], NDArray[np.float32]]  # kernel as in the layout, bias (outputs,)


def fixed16(layout: Sequence[Placed], weights: Mapping[str, Arrays], board: Board) -> Sketch:
    """The float architecture in 16-bit fixed point, never built: the matrix units of its layers alone, folded to at
    most 4 x 4 multipliers each. Its interval is exact."""
    units = [_matrix_unit(layer, *weights[layer.name]) for layer in weighted(layout)]
    parts = [Part(unit.module, unit.parameters, unit.memories) for unit in units]
    return of_parts(parts, max(unit.interval_cycles for unit in units), board)


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
    weight = _quantized(kernel).reshape(-1, layer.channels)
    bias = _quantized(real_bias) << FIXED16.frac
    pe, simd = (max(n for n in divisors(size) if n <= FOLD_LANES) for size in weight.shape[::-1])
    y = sum_format(weight, bias, FIXED16, 2 * FIXED16.frac, layer.name)
    channelwise = isinstance(layer.layer, Depthwise)
    fold, positions = Fold(pe, simd), layer.positions
    return MatrixUnit(weight, bias, FIXED16, FIXED16, y, fold, positions=positions, channelwise=channelwise).unit()


def _quantized(real: NDArray[np.float32]) -> Integers:
    return quantize(real, FIXED16, Rounding.RND_CONV, Overflow.SAT)
