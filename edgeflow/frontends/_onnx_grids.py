"""What a quantizer node says, read once: its grid in fractions for hardware, in float32 for constants and the host."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._onnx_quant import Grid, bounds
from edgeflow.frontends._onnx_values import Const, OnnxNode, fractions, without_batch

MOST_BITS = 32
Floats = NDArray[Any]

# The same as _onnx_quant.BOUNDARIES, on floats (qonnx custom_op/general/intquant.py, resolve_rounding_mode).
ROUNDERS: dict[str, Callable[[Floats], Floats]] = {
    "ROUND": np.round,
    "HALF_EVEN": np.round,
    "CEIL": np.ceil,
    "FLOOR": np.floor,
    "UP": lambda x: np.sign(x) * np.ceil(np.abs(x)),
    "DOWN": np.fix,
    "HALF_UP": lambda x: np.sign(x) * np.floor(np.abs(x) + 0.5),
    "HALF_DOWN": lambda x: np.sign(x) * np.ceil(np.abs(x) - 0.5),
}


@dataclass(frozen=True, eq=False)
class Quantizer:
    """``q = limit(round(x / scale + zero), lo..hi)``; a bipolar one gives the bit ``x >= 0``, for -1 and +1.

    ``zero_last``: ``q = limit(round(x / scale) + zero, lo..hi)``, as ONNX's own operator says.
    """

    scale: Floats  # float32, with the batch axis where the model has it
    zero: Floats
    lo: int
    hi: int
    mode: str = "ROUND"
    bipolar: bool = False
    zero_last: bool = False

    def integers(self, x: Floats) -> Integers:
        """In the model's own arithmetic, float32."""
        y = np.asarray(x, np.float32) / self.scale
        if self.zero_last:
            return np.clip(np.round(y) + self.zero, self.lo, self.hi).astype(np.int64)
        y = y + self.zero
        if self.bipolar:
            return (y >= 0).astype(np.int64)
        return ROUNDERS[self.mode.upper()](np.clip(y, self.lo, self.hi)).astype(np.int64)

    def reals(self, q: Integers) -> Floats:
        if self.bipolar:
            return ((2 * q - 1) * self.scale).astype(np.float32)
        return ((q - self.zero) * self.scale).astype(np.float32)

    def constant(self, x: Const) -> Const:
        """A constant on its grid: what it means is ``(q - zero) * scale``, exactly."""
        q = self.integers(x.values)
        centred = 2 * q - 1 if self.bipolar else q - self.zero.astype(np.int64)
        scale = fractions(self.scale).reshape((1,) * (q.ndim - self.scale.ndim) + self.scale.shape)
        return Const(self.reals(q), np.broadcast_to(centred, q.shape), scale)

    def grid(self, dimensions: int) -> Grid:
        """For a tensor of so many dimensions, without the batch."""
        scale, zero = (without_batch(fractions(part), dimensions, "a scale") for part in (self.scale, self.zero))
        odd = self.zero_last and bool(self.zero.flat[0] % 2)
        return Grid(scale, zero, self.lo, self.hi, "HALF_ODD" if odd else self.mode)


def quant(node: OnnxNode, scale: Const | None, zero: Const | None, bits: Const | None) -> Quantizer:
    if scale is None or zero is None or bits is None or bits.values.size != 1:
        raise UnsupportedLayerError("scale, zero point and bit width must be constants, one width for the tensor")
    width, signed = float(bits.values.item()), bool(node.integer("signed", 1))
    if width != int(width) or not 1 <= width <= MOST_BITS:
        raise UnsupportedLayerError(f"bit width = {width:g} is no whole number from 1 to {MOST_BITS}")
    mode = node.word("rounding_mode", "ROUND")
    if mode.upper() not in ROUNDERS:
        raise UnsupportedLayerError(f"rounding mode {mode!r} is none of {', '.join(ROUNDERS)}")
    if width == 1 and signed:
        return Quantizer(_f32(scale), _f32(zero), 0, 1, mode, bipolar=True)
    return Quantizer(_f32(scale), _f32(zero), *bounds(int(width), signed, bool(node.integer("narrow", 0))), mode)


def bipolar(node: OnnxNode, scale: Const | None) -> Quantizer:
    if scale is None:
        raise UnsupportedLayerError("its scale must be a constant")
    return Quantizer(_f32(scale), np.zeros((), np.float32), 0, 1, bipolar=True)


def linear(node: OnnxNode, dimensions: int, scale: Const | None, zero: Const | None) -> Quantizer:
    """QuantizeLinear and DequantizeLinear on a tensor of so many dimensions, the batch counted."""
    if scale is None:
        raise UnsupportedLayerError("its scale must be a constant")
    if node.integer("block_size", 0):
        raise UnsupportedLayerError("blocked quantization has no layer in hardware; quantize by tensor or channel")
    points = np.zeros(1, np.uint8) if zero is None else zero.values
    kind = np.dtype(points.dtype)
    if kind.kind not in "iu":
        raise UnsupportedLayerError(f"a zero point of type {kind}: only integers are quantized")
    ends = np.iinfo(kind)
    axis = node.integer("axis", 1)
    if len(np.unique(points % 2)) > 1:
        raise UnsupportedLayerError(
            "zero points both odd and even, which round ties in different ways; quantize by tensor"
        )
    parts = (_along(part.astype(np.float32), dimensions, axis) for part in (scale.values, points))
    return Quantizer(next(parts), next(parts), int(ends.min), int(ends.max), zero_last=True)


def _along(values: Floats, dimensions: int, axis: int) -> Floats:
    if values.size == 1:
        return values.reshape((1,) * dimensions)
    shape = [1] * dimensions
    shape[axis] = values.size
    return values.reshape(shape)


def _f32(const: Const) -> Floats:
    return np.asarray(const.values, np.float32)
