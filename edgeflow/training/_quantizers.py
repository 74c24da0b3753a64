"""A recipe's number formats as Brevitas's quantized layers.

Power-of-two scales are constants, the formats that the recipe names, except for weights per channel: each output takes
the next power of two above its largest weight. Float scales of activations start from the recipe's formats and are
trained; those of weights follow the largest one, and of one-bit weights their mean. The input and bipolar activations
have constant scales in either case.
"""

from typing import Any

from brevitas import nn as qnn
from brevitas.inject import ExtendedInjector
from brevitas.inject.enum import (
    BitWidthImplType,
    FloatToIntImplType,
    QuantType,
    ScalingImplType,
    StatsOp,
)
from brevitas.quant import base, binary, fixed_point, scaled_int
from brevitas.quant.solver import ActQuantSolver, BiasQuantSolver, WeightQuantSolver

from edgeflow.recipe import Student
from edgeflow.recipe_layers import Activated, OutputLayer, Weighted
from edgeflow.recipe_layout import Placed
from edgeflow.training._torch import Module

Arguments = dict[str, Any]


class Constant(ExtendedInjector):
    scaling_impl_type = ScalingImplType.CONST


class ConstantWeight(base.IntQuant, Constant, base.PerTensorPoTScaling8bit, WeightQuantSolver):
    """[-1, 1)"""

    scaling_init = 1.0


class ConstantBias(base.IntQuant, Constant, base.PerTensorPoTScaling8bit, BiasQuantSolver):
    """[-1, 1)"""

    scaling_init = 1.0
    requires_input_scale = False


class ConstantSigned(base.IntQuant, Constant, base.PerTensorPoTScaling8bit, ActQuantSolver):
    """[min_val, max_val)"""


class ConstantUnsigned(base.UintQuant, Constant, base.PerTensorPoTScaling8bit, ActQuantSolver):
    """[0, max_val)"""

    min_val = 0.0


class MeanBinary(ExtendedInjector):
    """One bit, scaled by the mean of magnitudes."""

    quant_type = QuantType.BINARY
    bit_width_impl_type = BitWidthImplType.CONST
    float_to_int_impl_type = FloatToIntImplType.ROUND
    scaling_impl_type = ScalingImplType.STATS
    scaling_stats_op = StatsOp.AVE
    scaling_min_val = 1e-10
    signed = True
    narrow_range = True


class BinaryPerTensor(MeanBinary, base.PerTensorFloatScaling8bit, WeightQuantSolver):
    bit_width = 1


class BinaryPerChannel(MeanBinary, base.PerChannelFloatScaling8bit, WeightQuantSolver):
    bit_width = 1


class BinaryPerChannelPowerOfTwo(MeanBinary, base.PerChannelPoTScaling8bit, WeightQuantSolver):
    bit_width = 1


# (one bit, float scales, per channel): the quantizer of weights
WEIGHTS: dict[tuple[bool, bool, bool], Any] = {
    (False, False, False): ConstantWeight,
    (False, False, True): fixed_point.Int8WeightPerChannelFixedPoint,
    (False, True, False): scaled_int.Int8WeightPerTensorFloat,
    (False, True, True): scaled_int.Int8WeightPerChannelFloat,
    (True, False, False): binary.SignedBinaryWeightPerTensorConst,
    (True, False, True): BinaryPerChannelPowerOfTwo,
    (True, True, False): BinaryPerTensor,
    (True, True, True): BinaryPerChannel,
}


class Quantizers:
    """Makes the quantized layers of one student."""

    def __init__(self, spec: Student, free_widths: bool = False):
        self._spec, self._free_widths = spec, free_widths
        self._floats = spec.scale == "float"

    def input(self) -> Module:
        bits = self._spec.input_bits
        return qnn.QuantIdentity(ConstantUnsigned, max_val=1.0, bit_width=bits, return_quant_tensor=self._floats)

    def dense(self, placed: Placed, inputs: int, outputs: int) -> Module:
        return qnn.QuantLinear(inputs, outputs, **self._weights(placed))

    def conv(self, placed: Placed, inputs: int, outputs: int, **geometry: Any) -> Module:
        make = qnn.QuantConv2d if len(placed.x) == 3 else qnn.QuantConv1d
        return make(inputs, outputs, **geometry, **self._weights(placed))

    def activation(self, placed: Placed) -> Module:
        layer = placed.layer
        assert isinstance(layer, Activated)
        limit = 2.0**layer.activation_integer_bits
        common: Arguments = {"bit_width": layer.activation_bits, "return_quant_tensor": self._floats}
        match layer.activation:
            case "relu":
                unsigned = scaled_int.Uint8ActPerTensorFloatMaxInit if self._floats else ConstantUnsigned
                return qnn.QuantReLU(unsigned, max_val=limit, **common)
            case "hard_tanh":
                return qnn.QuantHardTanh(self._signed, min_val=-limit, max_val=limit, **common)
            case "bipolar":
                binary_quant = binary.SignedBinaryActPerTensorConst
                return qnn.QuantIdentity(binary_quant, min_val=-limit, max_val=limit, **common)

    def sum(self, placed: Placed) -> Module:
        """Float scales and batch norms put the two on grids that share no step, so both are cast to one: the sum's own
        format and a sign."""
        layer = placed.layer
        assert isinstance(layer, Activated)
        if not self._floats and not placed.branch[-1].norm:
            return qnn.QuantEltwiseAdd(None, None)
        limit = 2.0**layer.activation_integer_bits
        bits = layer.activation_bits + 1
        return qnn.QuantEltwiseAdd(self._signed, None, input_min_val=-limit, input_max_val=limit, input_bit_width=bits)

    @property
    def _signed(self) -> Any:
        return scaled_int.Int8ActPerTensorFloatMinMaxInit if self._floats else ConstantSigned

    def _weights(self, placed: Placed) -> Arguments:
        layer = placed.layer
        assert isinstance(layer, Weighted)
        one_bit = layer.weight_bits == 1
        per_channel = self._spec.per_channel and not isinstance(layer, OutputLayer)
        made: Arguments = {"weight_quant": WEIGHTS[one_bit, self._floats, per_channel], "bias": not placed.norm}
        made |= {"weight_scaling_const": 0.5} if one_bit else {"weight_bit_width": layer.weight_bits}
        if self._free_widths and not one_bit:
            made |= {"weight_bit_width_impl_type": BitWidthImplType.PARAMETER}
        if not placed.norm:
            made |= {"bias_quant": scaled_int.IntBias if self._floats else ConstantBias}
            made |= {"bias_bit_width": layer.bias_bits}
        return made
