"""What a model costs by counting: weight bits, MACs, bit operations; and the float baseline's hardware, estimated."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeflow.fixedpoint import Fixed, Overflow, Rounding, quantize
from edgeflow.kernels._cost import Cost as HardwareCost
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.dense import Dense, legal_folds
from edgeflow.recipe import Widths

FLOAT_BITS = 32
FIXED16 = Fixed(16, 8)
FOLD_LANES = 4

Layer = tuple[NDArray[np.float32], NDArray[np.float32]]  # kernel (inputs, outputs), bias (outputs,)


@dataclass(frozen=True)
class Cost:
    """Counted, not measured."""

    weight_bits: int  # kernels and biases
    macs: int  # multiplications of one sample
    bit_operations: int  # sum over MACs of weight bits times input bits


def float_cost(layers: Sequence[Layer]) -> Cost:
    """The float MLP: every weight and every input is 32 bits."""
    macs = sum(kernel.size for kernel, _ in layers)
    weights = sum(kernel.size + bias.size for kernel, bias in layers)
    return Cost(weights * FLOAT_BITS, macs, macs * FLOAT_BITS**2)


def quantized_cost(kernels: Sequence[NDArray[np.float32]], widths: Sequence[Widths]) -> Cost:
    """The student: each layer at its own widths; zeros are counted, as hardware and files may not skip them."""
    layers = list(zip(kernels, widths, strict=True))
    return Cost(
        weight_bits=sum(k.size * w.weight + k.shape[1] * w.bias for k, w in layers),
        macs=sum(k.size for k, _ in layers),
        bit_operations=sum(k.size * w.weight * w.x for k, w in layers),
    )


@dataclass(frozen=True)
class Fixed16:
    """The float architecture in 16-bit fixed point, folded like the student would be: estimated, never built."""

    luts: int
    ffs: int
    brams: int
    dsps: int
    interval_cycles: int


def fixed16_hardware(layers: Sequence[Layer]) -> Fixed16:
    """Sum of the folded units of every layer, at most 4 x 4 multipliers each."""
    units = []
    for kernel, bias in layers:
        dense = Dense(_fixed16(kernel), _fixed16(bias) << FIXED16.frac, FIXED16, FIXED16)
        pe, simd = (max(n for n in legal_folds(f) if n <= FOLD_LANES) for f in kernel.shape[::-1])
        units.append(dense.unit(Fold(pe, simd)))
    cost = sum((unit.cost for unit in units), HardwareCost())
    return Fixed16(cost.luts, cost.ffs, cost.brams, cost.dsps, max(unit.interval_cycles for unit in units))


def _fixed16(real: NDArray[np.float32]) -> NDArray[np.int64]:
    return quantize(real, FIXED16, Rounding.RND_CONV, Overflow.SAT)
