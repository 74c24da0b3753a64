"""What a network costs by counting: weight bits, MACs, bit operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from edgeflow.recipe import Student
from edgeflow.recipe_layers import OutputLayer
from edgeflow.recipe_layout import Placed, weighted, widths

FLOAT_BITS = 32


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
        weight_bits=sum(weight_bits(layout, spec).values()),
        macs=sum(layer.macs for layer, _ in layers),
        bit_operations=sum(layer.macs * w.weight * w.x for layer, w in layers),
    )


def weight_bits(layout: Sequence[Placed], spec: Student) -> dict[str, int]:
    """Of each layer: what a file or a memory holds of it."""
    bits = widths(layout, spec.input_bits)
    return {
        layer.name: prod(layer.kernel) * bits[layer.name].weight + _channel_bits(layer, bits[layer.name].bias, spec)
        for layer in weighted(layout)
    }


def _channel_bits(layer: Placed, bias_bits: int, spec: Student) -> int:
    """Of what a layer has besides its kernel: biases and float scales, or the slopes and offsets of a batch norm, which
    take both in."""
    if layer.norm:
        return layer.channels * 2 * FLOAT_BITS
    per_channel = spec.per_channel and not isinstance(layer.layer, OutputLayer)
    scales = layer.channels if per_channel else int(spec.scale == "float")  # powers of two for all are the recipe's own
    return layer.channels * bias_bits + scales * FLOAT_BITS
