"""Quantizer nodes where they stand: on a constant, on the model's input (where hardware begins), on a tensor inside."""

from dataclasses import dataclass
from fractions import Fraction
from math import log2

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Integers, fixed_for
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._lowered import Entry
from edgeflow.frontends._nodes import Cast
from edgeflow.frontends._onnx_curves import Curved
from edgeflow.frontends._onnx_curves import quantize as quantize_curved
from edgeflow.frontends._onnx_entry import Raw
from edgeflow.frontends._onnx_grids import Quantizer, bipolar, linear, quant
from edgeflow.frontends._onnx_quant import Grid, bounds, quantize, reaches, signs
from edgeflow.frontends._onnx_values import Const, Fractions, OnnxNode, Real, fractions, uniform, without_batch
from edgeflow.network.network import INPUT

Operand = Real | Raw | Const | Curved


@dataclass(frozen=True, eq=False)
class Entered:
    """Where hardware begins: what the host does, and the tensor that comes in."""

    entry: Entry
    real: Real


def quant_node(draft: Draft, node: OnnxNode, at: Integers, x: Operand, *parameters: Const | None) -> Operand | Entered:
    return _quantized(draft, node, at, x, quant(node, *parameters))


def bipolar_node(draft: Draft, node: OnnxNode, at: Integers, x: Operand, scale: Const | None) -> Operand | Entered:
    return _quantized(draft, node, at, x, bipolar(node, scale))


def quantize_linear(
    draft: Draft, node: OnnxNode, at: Integers, x: Operand, scale: Const | None, zero: Const | None = None
) -> Operand | Entered:
    """Its result are the integers themselves: reals of scale 1."""
    grid = linear(node, _dimensions(x), scale, zero)
    if isinstance(x, Const):
        return Const(grid.integers(x.values).astype(zero.values.dtype if zero is not None else np.uint8))
    made = _quantized(draft, node, at, x, grid)
    real = made.real if isinstance(made, Entered) else made
    assert isinstance(real, Real)
    plain = Real(real.value, real.at, uniform(1, real.at.ndim), uniform(0, real.at.ndim))
    return Entered(made.entry, plain) if isinstance(made, Entered) else plain


def dequantize_linear(
    draft: Draft, node: OnnxNode, at: Integers, x: Operand, scale: Const | None, zero: Const | None = None
) -> Operand:
    """``(x - zero) * scale``, exactly."""
    grid = linear(node, _dimensions(x), scale, zero)
    if isinstance(x, Raw | Curved):
        raise UnsupportedLayerError("it takes floats, the model's input or what a curve makes; quantize them first")
    if isinstance(x, Const):
        centred = x.values.astype(np.int64) - grid.zero.astype(np.int64)
        return Const(grid.reals(x.values.astype(np.int64)), centred, fractions(grid.scale))
    factor, zeros = (without_batch(fractions(part), x.at.ndim, "a scale") for part in (grid.scale, grid.zero))
    return x.affine(factor, -zeros * factor)


def multi_threshold(draft: Draft, node: OnnxNode, at: Integers, x: Operand, thresholds: Const | None) -> Operand:
    """``out_bias + out_scale *`` how many of its channel's thresholds x reaches (qonnx, multithreshold.py)."""
    if not isinstance(x, Real) or thresholds is None or thresholds.values.ndim != 2:
        raise UnsupportedLayerError("it takes constant thresholds (channels, steps) and a quantized tensor")
    layout = node.word("data_layout", "") or {1: "NC", 2: "NWC", 3: "NCHW"}.get(len(x.shape), "NC")
    axis = layout.index("C") - 1 if "C" in layout else 0
    if len(thresholds.values) not in (1, x.shape[axis]):
        raise UnsupportedLayerError(f"thresholds {thresholds.values.shape} on {x.shape[axis]} channels")
    counted = reaches(draft, node.name, x, fractions(thresholds.values), axis)
    factor, bias = (fractions([float(node.attributes.get(k, d))]) for k, d in (("out_scale", 1.0), ("out_bias", 0.0)))
    return counted.affine(*(part.reshape((1,) * x.at.ndim) for part in (factor, bias)))


def trunc(draft: Draft, node: OnnxNode, at: Integers, x: Operand, *parameters: Const | None) -> Operand:
    """Bits dropped after averaging. Version 1 has five inputs, version 2 six (qonnx custom_op/general/trunc.py)."""
    if not isinstance(x, Real) or any(p is None for p in parameters) or len(parameters) not in (4, 5):
        raise UnsupportedLayerError("it takes constant parameters and a quantized tensor")
    values = [p.exact() for p in parameters if p is not None]
    scale, zero, in_bits, *rest = (without_batch(v, x.at.ndim, "a scale") for v in values)
    mode = node.word("rounding_mode", "FLOOR")
    if len(rest) == 1:
        shift = int(in_bits.flat[0] - rest[0].flat[0])
        lo, hi = _ends(x, scale, zero, shift)
        out = scale
    else:
        out, bits = rest
        shift = round(log2(out.flat[0] / scale.flat[0]))
        signed, narrow = bool(node.integer("signed", 1)), bool(node.integer("narrow", 0))
        lo, hi = bounds(int(bits.flat[0]), signed, narrow)
    if shift < 0:
        raise UnsupportedLayerError(f"it adds {-shift} bits; truncation only drops them")
    step = Fraction(1, 1 << shift)
    q = quantize(draft, node.name, x, Grid(scale / step, zero * step, lo, hi, mode, shift))
    left = zero if len(rest) == 1 else zero * step
    return Real(q.value, q.at, _like(out, x), _like(-left * out, x))


def _quantized(draft: Draft, node: OnnxNode, at: Integers, x: Operand, grid: Quantizer) -> Operand | Entered:
    if isinstance(x, Const):
        return grid.constant(x)
    if isinstance(x, Raw):
        return _entered(x, grid, at)
    if isinstance(x, Curved):
        return quantize_curved(draft, node.name, x, grid)
    if grid.bipolar:
        if any(fractions(grid.zero).flat):
            raise UnsupportedLayerError("one bit with a zero point; use BipolarQuant")
        return signs(draft, node.name, x, without_batch(fractions(grid.scale), x.at.ndim, "a scale"))
    return quantize(draft, node.name, x, grid.grid(x.at.ndim))


def _entered(x: Raw, grid: Quantizer, at: Integers) -> Entered:
    checked = grid.grid(at.ndim)
    entry = Entry(
        x.first,
        lambda reals: grid.integers(x.forward(np.asarray(reals, np.float32))),
        lambda q: x.backward(grid.reals(q)),
        at,
    )
    format_, scale, zero = fixed_for(grid.lo, grid.hi, 0), checked.scale, checked.zero
    real = incoming(format_, at, 2 * scale if grid.bipolar else scale, -scale if grid.bipolar else -zero * scale)
    return Entered(entry, real)


def incoming(format_: Fixed, at: Integers, scale: Fractions, offset: Fractions) -> Real:
    """The network's input."""
    return Real(Value(INPUT, format_, (at.size,), Cast(format_)), at, _as(scale, at.ndim), _as(offset, at.ndim))


def _dimensions(x: Operand) -> int:
    return x.values.ndim if isinstance(x, Const) else len(x.shape) + 1


def _as(per: Fractions, dimensions: int) -> Fractions:
    return per.reshape((1,) * (dimensions - per.ndim) + per.shape)


def _like(per: Fractions, x: Real) -> Fractions:
    return _as(per, x.at.ndim)


def _ends(x: Real, scale: Fractions, zero: Fractions, shift: int) -> tuple[int, int]:
    """The levels that a tensor's own range reaches, and one beyond on each side."""
    reals = [(x.scale * n + x.offset) / scale + zero for n in (x.value.format.lo, x.value.format.hi)]
    flat = [value for part in reals for value in part.flat]
    return int(min(flat) / (1 << shift)) - 1, int(max(flat) / (1 << shift)) + 1
