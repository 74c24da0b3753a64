"""FULLY_CONNECTED, CONV_2D and DEPTHWISE_CONV_2D: exact sums of integers, then TFLite's own scaling down.

The sum of ``w * (q - zero)`` and the bias is ``sum w * n`` plus a constant for each output, so a zero point costs
nothing.
"""

from dataclasses import dataclass

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Integers, fixed_for
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._onnx_exact import ordered
from edgeflow.frontends._onnx_values import Real
from edgeflow.frontends._tflite_arithmetic import Double, Rescale, fixed_point
from edgeflow.frontends._tflite_steps import Scaling, scaled_down
from edgeflow.frontends._tflite_values import Grid8, Tensor, TfliteNode, held_at, held_of, row_major
from edgeflow.frontends._tflite_windows import check_size, window_of
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise

MOST_WEIGHTS = 2**24  # of a convolution that stands for one with fewer, its zeros included


@dataclass(frozen=True, eq=False)
class Weights:
    """int8 weights, symmetric, with a scale for each output and the bias on the scale of the sum."""

    values: Integers  # as in the file
    scale: list[float]
    bias: Integers

    @property
    def outputs(self) -> int:
        return len(self.bias)


def fully_connected(draft: Draft, node: TfliteNode, x: Real, *ignored: object) -> Real:
    """Over the last axis where the output keeps the others, else over all of them."""
    if node.integer("format", 0):
        raise UnsupportedLayerError("its weights are shuffled; convert without that optimization")
    w = _weights(node, 0)
    taken, made = node.tensor(0).grid, node.made[0].grid
    n_in = w.values.shape[1]
    if x.at.size % n_in or w.values.ndim != 2:
        raise UnsupportedLayerError(f"weights {w.values.shape} on a tensor of shape {x.shape}")
    rescales = [Double(_factor(taken, scale, made)) for scale in w.scale]
    matrix, pixels = w.values.T, x.at.size // n_in
    offsets = w.bias - held_of(x) * matrix.sum(axis=0)
    scalings, bias = _shared(list(rescales), offsets)
    value = _dense(draft, node, x, matrix, bias) if pixels == 1 else _pointwise(draft, node, x, matrix, bias)
    shape = node.made[0].shape[1:]
    return _scaled(draft, node, value, row_major(shape), scalings)


def conv_2d(draft: Draft, node: TfliteNode, x: Real, *ignored: object) -> Real:
    w = _weights(node, 0)
    if w.values.ndim != 4 or len(x.shape) != 3:
        raise UnsupportedLayerError(f"weights {w.values.shape} on a tensor of shape {x.shape}")
    taps = np.moveaxis(w.values, 0, -1)  # (height, width, in channels of a group, out)
    return _convolved(draft, node, x, w, _ungrouped(taps, x.shape[2]))


def depthwise_conv_2d(draft: Draft, node: TfliteNode, x: Real, *ignored: object) -> Real:
    """With several outputs a channel it is a convolution whose other weights are zero."""
    w = _weights(node, 3)
    if w.values.ndim != 4 or len(x.shape) != 3 or len(w.values) != 1 or w.outputs % x.shape[2]:
        raise UnsupportedLayerError(f"weights {w.values.shape} on a tensor of shape {x.shape}")
    if w.outputs == x.shape[2]:
        return _channelwise(draft, node, x, w)
    taps = w.values[0].reshape(*w.values.shape[1:3], 1, -1)
    return _convolved(draft, node, x, w, _ungrouped(taps, x.shape[2]))


def _convolved(draft: Draft, node: TfliteNode, x: Real, w: Weights, taps: Integers) -> Real:
    x, geometry = _windowed(draft, node, x, taps.shape[:2])
    offsets = w.bias - held_of(x) * taps.sum(axis=(0, 1, 2))
    scalings, bias = _shared(_rescales(node, w), offsets)
    value = draft.add(node.name, Conv(geometry, taps, bias, x.value.format, _format(taps)), x.value)
    return _scaled(draft, node, value, row_major((geometry.out_height, geometry.out_width, w.outputs)), scalings)


def _channelwise(draft: Draft, node: TfliteNode, x: Real, w: Weights) -> Real:
    taps = w.values[0]  # (height, width, channels)
    x, geometry = _windowed(draft, node, x, taps.shape[:2])
    offsets = w.bias - held_of(x) * taps.sum(axis=(0, 1))
    scalings, bias = _shared(_rescales(node, w), offsets)
    value = draft.add(node.name, Depthwise(geometry, taps, bias, x.value.format, _format(taps)), x.value)
    return _scaled(draft, node, value, row_major((geometry.out_height, geometry.out_width, w.outputs)), scalings)


def _windowed(draft: Draft, node: TfliteNode, x: Real, kernel: tuple[int, ...]) -> tuple[Real, Geometry]:
    """The image in order, with 0 for 0.0 where a window looks beyond its edge."""
    geometry = window_of(node, x.shape, kernel)
    if geometry.before + geometry.after != (0, 0, 0, 0):
        x = held_at(draft, f"{node.name}_centre", x, 0)
    return ordered(draft, node.name, x, row_major(x.shape)), geometry


def _ungrouped(taps: Integers, channels: int) -> Integers:
    """Weights (height, width, in channels of a group, out) as those of all channels, with zeros."""
    height, width, own, outputs = taps.shape
    groups = channels // own if own else 0
    if not groups or channels % own or outputs % groups:
        raise UnsupportedLayerError(f"{outputs} filters of {own} channels on {channels} channels")
    if groups == 1:
        return taps
    check_size("weights, zeros included", height * width * channels * outputs, MOST_WEIGHTS)
    whole = np.zeros((height, width, channels, outputs), np.int64)
    first = np.arange(outputs) // (outputs // groups) * own
    for i in range(own):
        whole[:, :, first + i, np.arange(outputs)] = taps[:, :, i]
    return whole


def _weights(node: TfliteNode, axis: int) -> Weights:
    tensor = node.constant(1)
    if tensor.kind != "int8" or tensor.values is None or not tensor.values.size:
        raise UnsupportedLayerError(f"weights of {tensor.kind}; convert with full integer quantization to int8")
    if tensor.zero.any() or not (np.isfinite(tensor.scale).all() and (tensor.scale > 0).all()):
        raise UnsupportedLayerError(
            "its weights have a zero point, or scales that are none; int8 weights are symmetric"
        )
    outputs = tensor.values.shape[axis % tensor.values.ndim]
    if len(tensor.scale) not in (1, outputs) or (len(tensor.scale) > 1 and tensor.axis != axis):
        raise UnsupportedLayerError(f"{len(tensor.scale)} scales along axis {tensor.axis} for {outputs} outputs")
    scale = np.broadcast_to(tensor.scale, outputs).astype(np.float64)
    return Weights(tensor.values.astype(np.int64), scale.tolist(), _bias(node, outputs))


def _bias(node: TfliteNode, outputs: int) -> Integers:
    if len(node.taken) < 3 or node.taken[2] is None:
        return np.zeros(outputs, np.int64)
    tensor: Tensor = node.constant(2)
    if tensor.kind != "int32" or tensor.values is None or tensor.values.size != outputs:
        raise UnsupportedLayerError(f"a bias of {tensor.kind} {tensor.shape} for {outputs} outputs; int32 is known")
    return tensor.values.ravel().astype(np.int64)


def _factor(taken: Grid8, weight: float, made: Grid8) -> float:
    return float(taken.scale) * weight / float(made.scale)


def _rescales(node: TfliteNode, w: Weights) -> list[Rescale]:
    taken, made = node.tensor(0).grid, node.made[0].grid
    return [fixed_point(_factor(taken, scale, made)) for scale in w.scale]


def _shared(rescales: list[Rescale], offsets: Integers) -> tuple[list[Scaling], Integers]:
    """What scales the sums down, and their bias: one scaling for all where the bias alone differs."""
    if len(set(rescales)) == 1:
        return [Scaling(rescales[0], 0)], offsets
    both = zip(rescales, offsets.tolist(), strict=True)
    return [Scaling(rescale, offset) for rescale, offset in both], np.zeros(len(offsets), np.int64)


def _scaled(draft: Draft, node: TfliteNode, value: Value, at: Integers, scalings: list[Scaling]) -> Real:
    rows = np.resize(np.arange(len(scalings)), value.features)
    return scaled_down(draft, node, value, at, scalings, rows)


def _dense(draft: Draft, node: TfliteNode, x: Real, matrix: Integers, bias: Integers) -> Value:
    """Rows of the matrix in the order in which the frame has its values."""
    rows = np.zeros((x.value.features, len(bias)), np.int64)
    rows[x.at.ravel()] = matrix
    return draft.add(node.name, Dense(rows, bias, x.value.format, _format(matrix)), x.value)


def _pointwise(draft: Draft, node: TfliteNode, x: Real, matrix: Integers, bias: Integers) -> Value:
    """The same matrix for each of several rows: a convolution of kernel 1."""
    x = ordered(draft, node.name, x, row_major(x.shape))
    geometry = Geometry(1, x.at.size // len(matrix), len(matrix))
    kernel = Conv(geometry, matrix[None, None], bias, x.value.format, _format(matrix))
    return draft.add(node.name, kernel, x.value)


def _format(w: Integers) -> Fixed:
    return fixed_for(int(w.min()), int(w.max()), 0)
