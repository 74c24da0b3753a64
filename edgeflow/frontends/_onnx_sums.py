"""Matrix products and convolutions with constant weights, exact in integers whatever the scales.

``sum (sx * n + ox) * sw * w`` is ``sx * sw * (sum n * w)`` plus a constant for each output, so offsets and zero points
cost nothing, and a scale for each output channel neither.
"""

from functools import reduce
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Integers, fixed_for
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._onnx_exact import MULTIPLIER_BITS, centred, divisor, image, ordered, unclamped
from edgeflow.frontends._onnx_values import Const, Fractions, OnnxNode, Real, along, fractions, uniform, without_batch
from edgeflow.frontends._onnx_windows import placed, window
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise

Operand = Real | Const


def matmul(draft: Draft, node: OnnxNode, x: Operand, weight: Operand) -> Real:
    real, constant, _ = _operands(x, weight, None)
    if constant.values.ndim != 2:
        raise UnsupportedLayerError(f"weights of shape {constant.values.shape} are no matrix")
    return _product(draft, node, real, constant)


def gemm(draft: Draft, node: OnnxNode, x: Operand, weight: Operand, bias: Operand | None = None) -> Real:
    real, constant, added = _operands(x, weight, bias)
    if node.integer("transA", 0):
        raise UnsupportedLayerError("transA: its input would be transposed with the batch")
    if node.integer("transB", 0):
        constant = constant.moved(np.transpose)
    alpha, beta = (fractions([float(node.attributes.get(key, 1.0))]) for key in ("alpha", "beta"))
    y = _product(draft, node, real, constant)
    if added is None:
        return y.affine(alpha, 0 * alpha)
    return y.affine(alpha, beta * without_batch(added.on_grid_of(y.scale).exact(), 1, "the bias"))


def conv(draft: Draft, node: OnnxNode, x: Operand, weight: Operand, bias: Operand | None = None) -> Real:
    real, constant, added = _operands(x, weight, bias)
    if len(real.shape) not in (2, 3) or constant.values.ndim != len(real.shape) + 1:
        raise UnsupportedLayerError(f"weights {constant.values.shape} on {real.shape}: only 1D and 2D convolutions")
    y = _convolved(draft, node, real, constant)
    if added is None:
        return y
    return y.affine(uniform(1, y.at.ndim), along(added.on_grid_of(y.scale).exact(), y.at.ndim, 0))


def _operands(x: Operand, weight: Operand, bias: Operand | None) -> tuple[Real, Const, Const | None]:
    if not isinstance(x, Real) or not isinstance(weight, Const) or isinstance(bias, Real):
        raise UnsupportedLayerError("weights and bias must be constants, and its first operand must not be one")
    return x, weight, bias


def _product(draft: Draft, node: OnnxNode, x: Real, weight: Const) -> Real:
    """``x @ weight`` over the last axis of x."""
    x = unclamped(draft, node.name, x)
    w, w_scale = weight.quantized()
    if x.shape[-1] != len(w):
        raise UnsupportedLayerError(f"weights {w.shape} on a tensor of shape {x.shape}")
    if any(n > 1 for n in (*x.scale.shape[:-1], *x.offset.shape[:-1])):
        raise UnsupportedLayerError("its scales differ along other axes than the one it sums over")
    offset = _constant_part(x.offset.reshape(-1, 1), w, w_scale)
    w, scale = _one_scale_an_output(w, x.scale.reshape(-1, 1) * w_scale)
    value_of = _dense if prod(x.shape[:-1]) == 1 else _pointwise
    value = value_of(draft, node, x, w)
    at = np.arange(value.features).reshape(*x.shape[:-1], -1)
    return Real(value, at, along(scale, at.ndim, -1), along(offset, at.ndim, -1))


def _dense(draft: Draft, node: OnnxNode, x: Real, w: Integers) -> Value:
    """Rows of the matrix in the order in which the frame has its values."""
    rows = np.zeros((x.value.features, w.shape[1]), np.int64)
    rows[x.at.ravel()] = w
    kernel = Dense(rows, np.zeros(w.shape[1], np.int64), x.value.format, _format(w))
    return draft.add(node.name, kernel, x.value)


def _pointwise(draft: Draft, node: OnnxNode, x: Real, w: Integers) -> Value:
    """The same matrix for each of several rows: a convolution of kernel 1."""
    x = ordered(draft, node.name, x, np.arange(x.at.size).reshape(x.shape))
    geometry = Geometry(1, x.at.size // len(w), len(w))
    kernel = Conv(geometry, w[None, None], np.zeros(w.shape[1], np.int64), x.value.format, _format(w))
    return draft.add(node.name, kernel, x.value)


def _convolved(draft: Draft, node: OnnxNode, x: Real, weight: Const) -> Real:
    x, axes = unclamped(draft, node.name, x), len(x.shape) - 1
    geometry = window(node, x.shape[1:], weight.values.shape[2:], x.shape[0])
    if geometry.before + geometry.after != (0, 0, 0, 0):
        x = centred(draft, node.name, x)
    x = image(draft, node.name, x)
    w, w_scale = _by_tap(node, x.shape[0], *weight.quantized())
    if any(n > 1 for n in (*x.scale.shape[1:], *x.offset.shape[1:])) or len(w_scale) > 1:
        raise UnsupportedLayerError("scales that differ by pixel or by tap")
    if w.shape[1] == 1 and x.shape[0] == w.shape[2] > 1:
        value, scale, offset = _channelwise(draft, node, geometry, x, w, w_scale[0])
    else:
        value, scale, offset = _summed(draft, node, geometry, x, w, w_scale[0])
    at = placed(geometry, w.shape[2], axes)
    return Real(value, at, along(scale, at.ndim, 0), along(offset, at.ndim, 0))


def _summed(
    draft: Draft, node: OnnxNode, geometry: Geometry, x: Real, w: Integers, w_scale: Fractions
) -> tuple[Value, Fractions, Fractions]:
    """All channels of a window summed. ``w``: (taps, in, out)."""
    offset = _constant_part(x.offset.reshape(-1, 1), w.sum(axis=0), w_scale)
    scales = x.scale.reshape(-1, 1) * w_scale
    scales = scales if len(scales) == 1 else np.tile(scales, (len(w), 1))
    flat, scale = _one_scale_an_output(w.reshape(-1, w.shape[2]), scales)
    shaped = flat.reshape(*geometry.kernel, -1, w.shape[2])
    kernel = Conv(geometry, shaped, np.zeros(w.shape[2], np.int64), x.value.format, _format(shaped))
    return draft.add(node.name, kernel, x.value), scale, offset


def _channelwise(
    draft: Draft, node: OnnxNode, geometry: Geometry, x: Real, w: Integers, w_scale: Fractions
) -> tuple[Value, Fractions, Fractions]:
    """Each channel by itself. ``w``: (taps, 1, channels)."""
    offset = _constant_part(x.offset.reshape(1, -1), w.sum(axis=0), w_scale)
    scale = np.broadcast_to((x.scale.reshape(1, -1) * w_scale).ravel(), w.shape[2])
    shaped = w.reshape(*geometry.kernel, -1)
    kernel = Depthwise(geometry, shaped, np.zeros(w.shape[2], np.int64), x.value.format, _format(shaped))
    return draft.add(node.name, kernel, x.value), scale, offset


def _by_tap(node: OnnxNode, channels: int, w: Integers, scale: Fractions) -> tuple[Integers, Fractions]:
    """ONNX weights (out, in a group, *kernel) as (taps, in, out); groups of several channels as one with zeros."""
    groups, outputs = node.integer("group", 1), len(w)
    if w.shape[1] * groups != channels or outputs % groups:
        raise UnsupportedLayerError(f"weights {w.shape} in {groups} groups on {channels} channels")
    if groups > 1 and not (groups == channels == outputs):
        own = np.arange(outputs) // (outputs // groups) * w.shape[1]  # each output's first input
        whole = np.zeros((outputs, channels, *w.shape[2:]), np.int64)
        for i in range(w.shape[1]):
            whole[np.arange(outputs), own + i] = w[:, i]
        if scale.shape[1] > 1:
            raise UnsupportedLayerError("scales that differ by input channel in a grouped convolution")
        w = whole
    return _taps_first(w), _taps_first(scale)


def _taps_first(part: NDArray[Any]) -> NDArray[Any]:
    return part.reshape(*part.shape[:2], -1).transpose(2, 1, 0)


def _constant_part(offset: Fractions, w: Integers, w_scale: Fractions) -> Fractions:
    """What the inputs' ``offset`` (inputs or 1, outputs or 1) adds to each output of ``w`` (inputs, outputs)."""
    if not any(offset.flat):
        return np.repeat(uniform(0, 1), w.shape[1])
    if offset.size == 1 and len(w_scale) == 1:
        part: Fractions = (offset * fractions(w.sum(axis=0)) * w_scale).ravel()
        return part
    total: Fractions = (offset * fractions(w) * w_scale).sum(axis=0)
    return total


def _one_scale_an_output(w: Integers, scale: Fractions) -> tuple[Integers, Fractions]:
    """The same products with one scale (outputs,): where an output's inputs differ, in multiples of a common one."""
    if len(scale) == 1:
        return w, np.broadcast_to(scale[0], w.shape[1])
    base = np.array([reduce(divisor, column) for column in scale.T], object)
    factors = scale / base
    if any(f.numerator.bit_length() > MULTIPLIER_BITS for f in factors.flat):
        raise UnsupportedLayerError("its inputs' scales have no common grid of a few bits; let them share a quantizer")
    return w * factors.astype(np.int64), np.broadcast_to(base, w.shape[1])


def _format(w: Integers) -> Fixed:
    return fixed_for(int(w.min()), int(w.max()), 0)
