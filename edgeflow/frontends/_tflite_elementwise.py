"""Functions of one int8 value, known whole by their 256 results: activations and requantization."""

from collections.abc import Callable
from typing import Any

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._onnx_values import Real
from edgeflow.frontends._tflite_arithmetic import EVERY, FixedPoint, activation, away, fixed_point
from edgeflow.frontends._tflite_steps import mapped
from edgeflow.frontends._tflite_values import INT8, TfliteNode

SINGLE = 4e-7  # relative error that the exp and tanh of any C library stay below in single precision


def quantize(draft: Draft, node: TfliteNode, x: Real) -> Real:
    """QUANTIZE of what is int8 already."""
    taken, made = node.tensor(0).grid, node.made[0].grid
    return x if taken == made else _clamped(draft, node, x, float(taken.scale) / float(made.scale), "NONE")


def relu(draft: Draft, node: TfliteNode, x: Real) -> Real:
    """RELU and its kin on their own; their factor is one of single precision."""
    return _clamped(draft, node, x, float(node.tensor(0).grid.scale / node.made[0].grid.scale), node.op)


def leaky_relu(draft: Draft, node: TfliteNode, x: Real) -> Real:
    taken, made = node.tensor(0).grid, node.made[0].grid
    alpha = np.float32(node.attributes["alpha"])
    if not 0 <= alpha < np.inf:
        raise UnsupportedLayerError(f"alpha = {alpha} is negative or no number")
    above = fixed_point(float(taken.scale / made.scale))
    below = fixed_point(float(taken.scale * alpha / made.scale)) if alpha else FixedPoint(0, 0)
    centred = EVERY - taken.zero
    return mapped(draft, node, x, limited(np.where(centred >= 0, above.of(centred), below.of(centred)) + made.zero))


def logistic(draft: Draft, node: TfliteNode, x: Real) -> Real:
    return _curve(draft, node, x, lambda v: 1 / (1 + np.exp(-v)))


def tanh(draft: Draft, node: TfliteNode, x: Real) -> Real:
    return _curve(draft, node, x, np.tanh)


def limited(q: Integers, lo: int = INT8.lo, hi: int = INT8.hi) -> Integers:
    return np.clip(q, lo, hi)


def _clamped(draft: Draft, node: TfliteNode, x: Real, factor: float, name: str) -> Real:
    taken, made = node.tensor(0).grid, node.made[0].grid
    q = fixed_point(factor).of(EVERY - taken.zero) + made.zero
    return mapped(draft, node, x, limited(q, *activation(name, made)))


def _curve(draft: Draft, node: TfliteNode, x: Real, curve: Callable[[Any], Any]) -> Real:
    """TFLite's own table, whose entries are those of single precision wherever no C library could round otherwise."""
    taken, made = node.tensor(0).grid, node.made[0].grid
    real = (taken.scale * (EVERY - taken.zero).astype(np.float32)).astype(np.float64)
    steps = curve(real) * float(np.float32(1) / made.scale)
    room = SINGLE * (np.abs(steps) + 1)
    if (away(steps - room) != away(steps + room)).any():
        raise UnsupportedLayerError("a value lies so near the middle of two that C libraries round it differently")
    return mapped(draft, node, x, limited(away(steps) + made.zero))
