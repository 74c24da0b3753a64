"""What hardware charges for a layer's weights: ``CHARGES[name](layout, spec, kernels)`` gives it for each layer.

weight_bits     memory of folded layers; their cycles depend on shapes and folding alone, not on widths
adder_bits      of unrolled layers: two-operand additions of shifted inputs, one fewer than non-zero signed digits for
                each output, times the width of what they add
bit_operations  multiplications times both widths: what a processor with bit-serial units takes
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edgeflow import recipe_cost
from edgeflow.datasets._data import Features
from edgeflow.recipe import Student
from edgeflow.recipe_layout import Placed, weighted, widths

Kernels = Mapping[str, Features]  # as quantized, by layer
Charge = Callable[[Sequence[Placed], Student, Kernels], dict[str, int]]


def weight_bits(layout: Sequence[Placed], spec: Student, kernels: Kernels) -> dict[str, int]:
    return recipe_cost.weight_bits(layout, spec)


def adder_bits(layout: Sequence[Placed], spec: Student, kernels: Kernels) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, bits in widths(layout, spec.input_bits).items():
        digits = signed_digits(integers(kernels[name], bits.weight)).reshape(-1, kernels[name].shape[-1]).sum(axis=0)
        found[name] = int(np.maximum(digits - 1, 0).sum()) * (bits.weight + bits.x)
    return found


def bit_operations(layout: Sequence[Placed], spec: Student, kernels: Kernels) -> dict[str, int]:
    bits = widths(layout, spec.input_bits)
    return {one.name: one.macs * bits[one.name].weight * bits[one.name].x for one in weighted(layout)}


def integers(kernel: Features, bits: int) -> NDArray[np.int64]:
    """A quantized kernel in steps of its grid, whatever its scale: each output's largest weight sets it, where scales
    are floats, and a power of two elsewhere, whose digits do not depend on it."""
    if bits == 1:
        return np.sign(kernel).astype(np.int64)
    steps = kernel.astype(np.float64) * 2 ** (bits - 1)
    if (steps == np.round(steps)).all():
        return steps.astype(np.int64)
    largest = np.abs(kernel).reshape(-1, kernel.shape[-1]).max(axis=0)
    return np.round(kernel / np.maximum(largest, 1e-30) * (2 ** (bits - 1) - 1)).astype(np.int64)


def signed_digits(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Non-zero digits of the canonical signed form: 7 = 8 - 1 has two."""
    sizes = np.abs(values)
    return np.bitwise_count(sizes ^ (3 * sizes)).astype(np.int64)


CHARGES: dict[str, Charge] = {"weight_bits": weight_bits, "adder_bits": adder_bits, "bit_operations": bit_operations}
