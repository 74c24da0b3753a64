"""Tensors brought into the form that a layer needs, without rounding: unclamped, centred on zero, rising, in order."""

from dataclasses import replace
from fractions import Fraction
from functools import reduce
from math import gcd, lcm, prod

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding, fixed_for
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._onnx_values import Fractions, Real, one, uniform
from edgeflow.frontends._steps import period
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.affine import Affine
from edgeflow.kernels.clip import Clip
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.permute import Permute
from edgeflow.kernels.requantize import Requantize

FINEST = 256  # by which a sum's integers are refined so that its bias lies on their grid
MULTIPLIER_BITS = 50  # integers by which tensors of different scales are brought to one


def channels_last(shape: tuple[int, ...]) -> Integers:
    """Where each element of a tensor, channels first, lies in a frame that has them last."""
    n, axes = prod(shape), len(shape)
    if axes < 2:
        return np.arange(n).reshape(shape)
    return np.moveaxis(np.arange(n).reshape(*shape[1:], shape[0]), -1, 0)


def ordered(draft: Draft, name: str, x: Real, at: Integers) -> Real:
    """The tensor alone in a frame, its elements at the places ``at``."""
    if x.value.features == x.at.size and np.array_equal(x.at, at):
        return x
    order = np.zeros(at.size, np.int64)
    order[at.ravel()] = x.at.ravel()
    if sorted(order.tolist()) != list(range(x.value.features)):
        raise UnsupportedLayerError("it takes a part of a tensor, or repeats one; slice before the input instead")
    draft.note("values brought into the order of channels last")
    moved = draft.add(f"{name}_order", Permute(x.value.format, tuple(order.tolist())), x.value)
    return replace(x, value=moved, at=at)


def image(draft: Draft, name: str, x: Real) -> Real:
    return ordered(draft, name, x, channels_last(x.shape))


def unclamped(draft: Draft, name: str, x: Real) -> Real:
    """The clamp as a layer. Raises UnsupportedLayerError if its ends are no values of the integers."""
    if not x.clamped:
        return x
    scale, offset = one(x.scale, "a scale behind a clamp"), one(x.offset, "an offset behind a clamp")
    ends = [None if end is None or scale == 0 else (end - offset) / scale for end in (x.lo, x.hi)]
    if scale == 0 or any(end is not None and end.denominator != 1 for end in ends):
        raise UnsupportedLayerError("it takes what a ReLU or Clip made of floats; put a quantizer in between")
    lo, hi = ends if scale > 0 else ends[::-1]
    format_ = x.value.format
    least = format_.lo if lo is None else max(int(lo), format_.lo)
    most = format_.hi if hi is None else min(int(hi), format_.hi)
    plain = replace(x, lo=None, hi=None)
    if (least, most) == (format_.lo, format_.hi):
        return plain
    if least > most:
        raise UnsupportedLayerError("a clamp leaves one value only")
    return replace(plain, value=draft.add(f"{name}_clamp", Clip(format_, least, most, x.value.features), x.value))


def centred(draft: Draft, name: str, x: Real) -> Real:
    """Integers of which 0 stands for 0.0, so that padding with zeros is right."""
    if not any(x.offset.flat):
        return x
    scale, offset = one(x.scale, "a scale under padding"), one(x.offset, "an offset under padding")
    zero = offset / scale
    if zero.denominator.bit_length() > MULTIPLIER_BITS:
        raise UnsupportedLayerError("it pads with zeros, and no integer stands for 0.0; use a zero point")
    kernel = Affine(x.value.format, zero.denominator, 0, zero.numerator, x.value.features)
    value = draft.add(f"{name}_centre", kernel, x.value)
    return replace(x, value=value, scale=x.scale / zero.denominator, offset=0 * x.offset)


def rising(draft: Draft, name: str, x: Real) -> Real:
    """Greater integers for greater values in every channel: what a maximum compares."""
    if all(scale > 0 for scale in x.scale.flat):
        return x
    if any(scale == 0 for scale in x.scale.flat):
        raise UnsupportedLayerError("a channel's scale is zero, so it is constant; prune it")
    turn = np.sign(np.broadcast_to(x.scale, x.shape).astype(np.float64)).astype(np.int64)
    value = multiplied(draft, f"{name}_turn", x, turn)
    return replace(x, value=value, scale=abs(x.scale))


def multiplied(draft: Draft, name: str, x: Real, by: Integers) -> Value:
    """Each element times its own integer ``by`` (of x's shape)."""
    features, format_ = x.value.features, x.value.format
    if (by == by.flat[0]).all():
        factor = int(by.flat[0])
        return x.value if factor == 1 else draft.add(name, Affine(format_, factor, 0, 0, features), x.value)
    frame = np.ones(features, np.int64)
    frame[x.at] = by
    factors = period(frame)
    w, nothing = fixed_for(int(frame.min()), int(frame.max()), 0), np.zeros(len(factors), np.int64)
    geometry = Geometry(1, features // len(factors), len(factors))
    return draft.add(name, Depthwise(geometry, factors.reshape(1, 1, -1), nothing, format_, w), x.value)


def on_one_grid(draft: Draft, name: str, x: Real, scale: Fractions) -> Real:
    """The same tensor in integers of another scale, of which its own is a whole multiple."""
    factors: Fractions = x.scale / scale
    if any(f.denominator != 1 or f.numerator.bit_length() > MULTIPLIER_BITS for f in factors.flat):
        raise UnsupportedLayerError("scales without a common grid of a few bits; let both inputs share a quantizer")
    by = np.broadcast_to(factors, x.shape).astype(np.int64)
    return replace(x, value=multiplied(draft, name, x, by), scale=np.broadcast_arrays(scale, factors)[0].copy())


def common_scale(a: Fractions, b: Fractions) -> Fractions:
    """The coarsest scale of which both are whole multiples."""
    found: Fractions = np.vectorize(divisor, otypes=[object])(*np.broadcast_arrays(a, b))
    return found


def divisor(a: Fraction, b: Fraction) -> Fraction:
    """The greatest fraction of which both are whole multiples; of equal ones, their magnitude."""
    below = lcm(a.denominator, b.denominator)
    return Fraction(gcd(int(a * below), int(b * below)), below)


def widened(draft: Draft, name: str, x: Real, y: Fixed) -> Real:
    """The same integers in a wider format."""
    if x.value.format == y:
        return x
    kernel = Requantize(x.value.format, y, Rounding.TRN, Overflow.WRAP, x.value.features)
    return replace(x, value=draft.add(name, kernel, x.value))


def with_bias(draft: Draft, x: Real) -> Real:
    """Offsets as the bias of the sum that makes the tensor, if it was the last layer and a grid of few bits holds them.

    Then its integers, not only what they stand for, can be compared with each other.
    """
    layer = draft.layers[-1] if draft.layers else None
    if layer is None or layer.name != x.value.source or not isinstance(layer.kernel, Dense | Conv) or x.clamped:
        return x
    kernel, scale = layer.kernel, x.scale.flat[0]
    per_output = _by_output(x, len(kernel.bias))
    base = reduce(divisor, (offset for offset in x.offset.flat if offset), scale)
    finer = scale / base
    if per_output is None or finer > FINEST or any(s != scale for s in x.scale.flat) or scale <= 0:
        return x
    bias = (per_output / base).astype(np.int64)
    w = kernel.weight * int(finer)
    made = replace(kernel, weight=w, bias=bias, w=fixed_for(int(w.min()), int(w.max()), 0))
    plain = uniform(0, x.at.ndim)
    return replace(x, value=draft.replace(layer.name, made), scale=uniform(base, x.at.ndim), offset=plain)


def _by_output(x: Real, outputs: int) -> Fractions | None:
    """The offset of each output of a sum whose frame repeats them pixel by pixel."""
    frame = np.empty(x.value.features, object)
    frame[x.at] = np.broadcast_to(x.offset, x.shape)
    rows = frame.reshape(-1, outputs)
    return rows[0] if (rows == rows[0]).all() else None


def settled(draft: Draft, name: str, x: Real) -> Real:
    """A tensor of one scale and one offset, so that its integers order its values."""
    x = with_bias(draft, x)
    base = reduce(divisor, x.scale.flat, x.scale.flat[0])
    x = on_one_grid(draft, f"{name}_scale", x, uniform(base, x.at.ndim))
    offsets = (x.offset - x.offset.flat[0]) / base
    if not any(offsets.flat):
        return x
    if any(o.denominator != 1 for o in offsets.flat):
        raise UnsupportedLayerError("offsets off the grid of its integers; quantize its bias, or end at the logits")
    frame = np.zeros(x.value.features, np.int64)
    frame[x.at] = np.broadcast_to(offsets, x.shape).astype(np.int64)
    kernel = Depthwise(
        Geometry(1, 1, len(frame)), np.ones((1, 1, len(frame)), np.int64), frame, x.value.format, Fixed(1, signed=False)
    )
    value = draft.add(f"{name}_offset", kernel, x.value)
    return replace(x, value=value, offset=uniform(x.offset.flat[0], x.at.ndim))
