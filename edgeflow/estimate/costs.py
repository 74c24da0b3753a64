"""What a model costs by counting: weight bits, MACs, bit operations; and the float baseline's hardware, estimated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding, quantize
from edgeflow.kernels._cost import Cost as HardwareCost
from edgeflow.kernels._matrix import MatrixUnit, sum_format
from edgeflow.kernels._unit import Fold, Unit, divisors
from edgeflow.recipe import Student
from edgeflow.recipe_layers import Depthwise, OutputLayer
from edgeflow.recipe_layout import Placed, weighted, widths

FLOAT_BITS = 32
FIXED16 = Fixed(16, 8)
FOLD_LANES = 4

Arrays = tuple[NDArray[np.float32], NDArray[np.float32]]  # kernel as in the layout, bias (outputs,)


@dataclass(frozen=True)
class Cost:
    """Counted, not measured."""

    weight_bits: int  # kernels, biases, and what else training found for a layer
    macs: int  # multiplications of one sample; padding counts as any input
    bit_operations: int  # sum over MACs of weight bits times input bits


def float_cost(layout: Sequence[Placed]) -> Cost:
    """The float network: every weight and every input is 32 bits."""
    layers = list(weighted(layout))
    macs = sum(layer.macs for layer in layers)
    weights = sum(prod(layer.kernel) + layer.channels for layer in layers)
    return Cost(weights * FLOAT_BITS, macs, macs * FLOAT_BITS**2)


def quantized_cost(layout: Sequence[Placed], spec: Student) -> Cost:
    """The student: each layer at its own widths; zeros are counted, as hardware and files may not skip them."""
    bits = widths(layout, spec.input_bits)
    layers = [(layer, bits[layer.name]) for layer in weighted(layout)]
    return Cost(
        weight_bits=sum(prod(layer.kernel) * w.weight + _channel_bits(layer, w.bias, spec) for layer, w in layers),
        macs=sum(layer.macs for layer, _ in layers),
        bit_operations=sum(layer.macs * w.weight * w.x for layer, w in layers),
    )


def _channel_bits(layer: Placed, bias_bits: int, spec: Student) -> int:
    """Of what a layer has besides its kernel: biases and float scales, or the slopes and offsets of a batch norm, which
    take both in."""
    if layer.norm:
        return layer.channels * 2 * FLOAT_BITS
    per_channel = spec.per_channel and not isinstance(layer.layer, OutputLayer)
    scales = layer.channels if per_channel else int(spec.scale == "float")  # powers of two for all are the recipe's own
    return layer.channels * bias_bits + scales * FLOAT_BITS


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
