"""What all multiply-accumulate layers share: weights and bias as integers of one sum, and the casts behind it.

hls4ml casts every product and every partial sum to ``accum_t``. Where none of them can lose anything, that is one exact
sum with one cast at the end; anything else is refused.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Integers, Overflow, fixed_for
from edgeflow.frontends._casts import overflows
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._nodes import Cast, Node
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise

SumKernel = Dense | Conv | Depthwise


class Maker(Protocol):
    def __call__(self, weight: Integers, bias: Integers, w: Fixed) -> SumKernel: ...


@dataclass(frozen=True, eq=False)
class Terms:
    """``sum x * weight + bias``; the last axis of ``weight`` is the output's channel."""

    weight: Integers
    w: Fixed
    bias: Integers
    bias_frac: int
    counted: int = 0  # binary on both sides: hls4ml counts equal bits of so many, and its accumulator holds the count

    def shaped(self, weight: Integers) -> "Terms":
        """The same weights in another shape."""
        return replace(self, weight=weight)


def terms(node: Node, x: Value, weight: str = "weight", last_axes: int = 1) -> Terms:
    """A node's weights and bias as integers. Bits that stand for -1 and +1 become them. Raises UnsupportedLayerError.

    The last ``last_axes`` axes of the weights count the outputs.
    """
    w, integers = _weight(node, weight)
    integers = integers.reshape(*integers.shape[:-last_axes], -1)
    bias, bias_frac = _bias(node)
    if not x.binary:
        return Terms(integers, w, bias, bias_frac)
    # x = 2 * bit - 1: twice the weights, and the sum of them taken off. A padded cell's bit is 0, so -1, in hls4ml too.
    taken_off = integers.reshape(-1, integers.shape[-1]).sum(axis=0)
    both_binary = f"{weight}_t" in node.binary
    if both_binary and bias.any():
        raise UnsupportedLayerError("binary weights on binary inputs with a bias, which hls4ml doubles; drop the bias")
    frac = max(w.frac, bias_frac)
    bias = (bias << (frac - bias_frac)) - (taken_off << (frac - w.frac))
    counted = integers.size // integers.shape[-1] if both_binary else 0
    return Terms(integers * 2, Fixed(w.width + 1, w.frac, w.signed), bias, frac, counted)


def add_sum(draft: Draft, node: Node, x: Value, found: Terms, make: Maker) -> Value:
    """The kernel of the exact sum, then the casts to ``accum_t`` and ``result_t`` that can change it."""
    frac = max(x.format.frac + found.w.frac, found.bias_frac)
    finer = frac - x.format.frac - found.w.frac  # a bias finer than the products: give the weights that many zero bits
    wide = Fixed(found.w.width + finer, found.w.frac + finer, found.w.signed)
    kernel = make(weight=found.weight << finer, bias=found.bias << (frac - found.bias_frac), w=wide)
    accum = node.types.get("accum_t")
    if accum is not None:
        _refuse_lossy(_partial_sums(kernel, found.counted), accum, not found.counted, _low_zeros(kernel, x))
    total = draft.add(node.name, kernel, x)
    # Only a wrapping accumulator gets here with overflow, and wrapping each partial sum equals wrapping the total.
    if accum is not None and not found.counted:
        total = draft.cast(f"{node.name}_accum", total, accum)
    return draft.result(node, total)


def _weight(node: Node, key: str) -> tuple[Fixed, Integers]:
    t = node.types[f"{key}_t"]
    integers = t.of_reals(node.weights[key])
    if f"{key}_t" in node.binary:
        return Fixed(2), 2 * integers - 1
    if (t.y.width, t.y.frac, t.y.signed) == (2, 0, True) and (integers == -2).any():
        raise UnsupportedLayerError(f"{key}_t int<2> makes a ternary product, and a weight is -2; use 3 bits")
    return t.y, integers


def _bias(node: Node) -> tuple[Integers, int]:
    """Bias integers with their fraction, trailing zero bits taken off: all-zero biases come as ``ufixed<2,32>``."""
    t = node.types["bias_t"]
    bias = t.of_reals(node.weights["bias"])
    used = int(np.bitwise_or.reduce(bias, axis=None))
    if used == 0:
        return bias, -t.y.width
    zeros = (used & -used).bit_length() - 1
    return bias >> zeros, t.y.frac - zeros


def _partial_sums(kernel: SumKernel, counted: int) -> list[Fixed]:
    """Formats that hold all that the accumulator holds on the way."""
    if counted:
        return [fixed_for(0, counted, 0)]
    return [kernel.y, replace(kernel, bias=np.zeros_like(kernel.bias)).y]


def _low_zeros(kernel: SumKernel, x: Value) -> int:
    """How many of the sum's low bits are 0 in every product and in the bias."""
    zeros = np.array(x.zeros or (0,) * x.features)
    if isinstance(kernel, Dense):
        matrix, seen = kernel.weight, zeros[:, None]
    else:
        windows = kernel.geometry.windows(zeros[None], outside=MAX_WIDTH)[0]  # (positions, taps, channels)
        matrix, seen = kernel.matrix, windows.min(axis=0)
        seen = seen if isinstance(kernel, Depthwise) else seen.reshape(-1, 1)
    return int(min((_trailing_zeros(matrix) + seen).min(), _trailing_zeros(kernel.bias).min()))


def _trailing_zeros(x: Integers) -> Integers:
    """0 has as many as there can be."""
    return np.where(x == 0, MAX_WIDTH, np.log2(np.maximum(x & -x, 1)).astype(np.int64))


def _refuse_lossy(held: list[Fixed], accum: Cast, wraps: bool, zeros: int) -> None:
    """``zeros``: low bits of what is held that are always 0."""
    exact = held[0]
    if accum.y.frac < exact.frac - zeros:
        raise UnsupportedLayerError(
            f"accum_t {accum.y} {accum.rounding} drops fraction bits of products (sum: {exact}); use auto"
        )
    if any(overflows(y, accum) for y in held) and not (wraps and accum.overflow is Overflow.WRAP):
        raise UnsupportedLayerError(
            f"accum_t {accum.y} {accum.overflow} may saturate a partial sum, so the order matters "
            f"(sum: {exact}); widen it or use WRAP"
        )
