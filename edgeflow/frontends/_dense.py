"""One hls4ml Dense node as exact kernels: the sum, then the casts that can change it."""

from dataclasses import replace

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Integers, Overflow
from edgeflow.frontends._casts import changes, drops_fraction, overflows
from edgeflow.frontends._nodes import Cast, Node
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.requantize import Requantize
from edgeflow.network.network import Kernel


def dense(node: Node, x: Fixed) -> list[tuple[str, Kernel]]:
    """Kernels in order, each with the suffix of its layer's name. Raises UnsupportedLayerError."""
    _refuse_unused_shapes(node)
    exact = _exact_sum(node, x)
    accum, result = node.types["accum_t"], node.types["result_t"]
    _refuse_lossy(exact, accum)
    kernels: list[tuple[str, Kernel]] = [("", exact)]
    # Only a wrapping accumulator gets here with overflow, and wrapping each partial sum equals wrapping the total.
    for suffix, t in (("_accum", accum), ("_result", result)):
        y = kernels[-1][1].y
        if changes(y, t):
            kernels.append((suffix, Requantize(y, t.y, t.rounding, t.overflow, exact.out_features)))
    return kernels


def _exact_sum(node: Node, x: Fixed) -> Dense:
    w = node.types["weight_t"]
    weight = w.of_reals(node.weights["weight"])  # (inputs, outputs)
    bias, bias_frac = _bias(node)
    frac = max(x.frac + w.y.frac, bias_frac)
    finer = frac - x.frac - w.y.frac  # a bias finer than the products: give the weights that many zero bits
    wide = Fixed(w.y.width + finer, w.y.frac + finer, w.y.signed)
    return Dense(weight << finer, bias << (frac - bias_frac), x, wide)


def _bias(node: Node) -> tuple[Integers, int]:
    """Bias integers with their fraction, trailing zero bits taken off: all-zero biases come as ``ufixed<2,32>``."""
    t = node.types["bias_t"]
    bias = t.of_reals(node.weights["bias"])
    used = int(np.bitwise_or.reduce(bias))
    if used == 0:
        return bias, -t.y.width
    zeros = (used & -used).bit_length() - 1
    return bias >> zeros, t.y.frac - zeros


def _refuse_unused_shapes(node: Node) -> None:
    weight = node.weights["weight"]
    if weight.ndim != 2 or len(node.shape) != 1:
        raise UnsupportedLayerError(f"weight {weight.shape} on output {node.shape} is no matrix; flatten the input")
    t = node.types["weight_t"]
    if (t.y.width, t.y.frac, t.y.signed) == (2, 0, True) and (t.of_reals(weight) == -2).any():
        raise UnsupportedLayerError("weight_t int<2> makes a ternary product, and a weight is -2; use 3 bits")


def _refuse_lossy(exact: Dense, accum: Cast) -> None:
    """hls4ml casts every product and every partial sum to ``accum_t``: exact only if none of them loses anything."""
    if drops_fraction(exact.y, accum):
        raise UnsupportedLayerError(
            f"accum_t {accum.y} {accum.rounding} drops fraction bits of products (sum: {exact.y}); use auto"
        )
    products = replace(exact, bias=np.zeros_like(exact.bias))
    if accum.overflow is not Overflow.WRAP and (overflows(exact.y, accum) or overflows(products.y, accum)):
        raise UnsupportedLayerError(
            f"accum_t {accum.y} {accum.overflow} may saturate a partial sum, so the order matters "
            f"(sum: {exact.y}); widen it or use WRAP"
        )
