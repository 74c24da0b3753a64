"""Arithmetic value by value: constants move scale, offset and clamp; two tensors meet on a common grid."""

from dataclasses import replace
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._onnx_exact import common_scale, on_one_grid, ordered, unclamped
from edgeflow.frontends._onnx_values import Const, Fractions, OnnxNode, Real, along, uniform, without_batch
from edgeflow.kernels.merge import Merge, Operation

Operand = Real | Const
ROOT = Context(prec=60)  # digits of a square root: far beyond what any format tells apart


def same(draft: Draft, node: OnnxNode, x: Real, *ignored: Operand) -> Real:
    """Identity, Dropout, Cast to a float: the same reals."""
    return x


def add(draft: Draft, node: OnnxNode, a: Operand, b: Operand) -> Real:
    if isinstance(a, Real) and isinstance(b, Real):
        return _sum(draft, node, a, b)
    x, constant = _one_constant(a, b)
    return x.affine(_ones(x), constant)


def subtract(draft: Draft, node: OnnxNode, a: Operand, b: Operand) -> Real:
    if isinstance(a, Real) and isinstance(b, Real):
        return _sum(draft, node, a, unclamped(draft, node.name, b).affine(-_ones(b), 0 * _ones(b)))
    x, constant = _one_constant(a, b)
    return x.affine(_ones(x), -constant) if x is a else x.affine(-_ones(x), constant)


def multiply(draft: Draft, node: OnnxNode, a: Operand, b: Operand) -> Real:
    if isinstance(a, Real) and isinstance(b, Real):
        return _product(draft, node, a, b)
    x, constant = _one_constant(a, b)
    return x.affine(constant, 0 * _ones(x))


def divide(draft: Draft, node: OnnxNode, a: Operand, b: Operand) -> Real:
    if not isinstance(a, Real) or not isinstance(b, Const):
        raise UnsupportedLayerError("only division by a constant is exact in integers")
    constant = without_batch(b.exact(), a.at.ndim, "the divisor")
    if not all(constant.flat):
        raise UnsupportedLayerError("it divides by zero")
    return a.affine(1 / constant, 0 * _ones(a))


def negate(draft: Draft, node: OnnxNode, x: Real) -> Real:
    return x.affine(-_ones(x), 0 * _ones(x))


def batch_norm(draft: Draft, node: OnnxNode, x: Real, gamma: Const, beta: Const, mean: Const, var: Const) -> Real:
    """``gamma * (x - mean) / sqrt(var + epsilon) + beta`` by channel, the first axis."""
    epsilon = Fraction(float(node.attributes.get("epsilon", 1e-5)))
    deviation = np.array([_root(v + epsilon) for v in var.exact().ravel()], object)
    scale = gamma.exact().ravel() / deviation
    offset = beta.exact().ravel() - mean.exact().ravel() * scale
    return x.affine(*(along(part, x.at.ndim, 0) for part in (scale, offset)))


def relu(draft: Draft, node: OnnxNode, x: Real) -> Real:
    return _clamped(x, Fraction(0), None)


def clip(draft: Draft, node: OnnxNode, x: Real, lo: Const | None = None, hi: Const | None = None) -> Real:
    """The ends are inputs, or attributes in old opsets."""
    ends = [
        end.exact().item() if end is not None and end.values.size else _attribute(node, key)
        for key, end in (("min", lo), ("max", hi))
    ]
    return _clamped(x, *ends)


def _attribute(node: OnnxNode, key: str) -> Fraction | None:
    value = node.attributes.get(key)
    return None if value is None or abs(value) > 1e38 else Fraction(float(value))


def _clamped(x: Real, lo: Fraction | None, hi: Fraction | None) -> Real:
    """A clamp behind the one that is there; one that no value reaches is none."""
    old = [end for end in (x.lo, x.hi) if end is not None]
    least, most = _ends(x)
    floor_ = lo if lo is not None and (least < lo or old) else None
    ceiling = hi if hi is not None and (most > hi or old) else None

    def limited(end: Fraction | None) -> Fraction | None:
        if end is None:
            return None
        end = end if floor_ is None else max(end, floor_)
        return end if ceiling is None else min(end, ceiling)

    return replace(
        x, lo=limited(x.lo) if x.lo is not None else floor_, hi=limited(x.hi) if x.hi is not None else ceiling
    )


def _ends(x: Real) -> tuple[Fraction, Fraction]:
    """What the format's ends stand for."""
    ends = [x.scale * n + x.offset for n in (x.value.format.lo, x.value.format.hi)]
    return min(min(part.flat) for part in ends), max(max(part.flat) for part in ends)


def _sum(draft: Draft, node: OnnxNode, a: Real, b: Real) -> Real:
    """Both on a common grid, then exactly added; offsets add up beside."""
    if a.shape != b.shape:
        raise UnsupportedLayerError(f"{a.shape} and {b.shape}: a sum needs equal shapes")
    a, b = (unclamped(draft, f"{node.name}_{side}", x) for side, x in (("a", a), ("b", b)))
    scale = common_scale(a.scale, b.scale)
    a, b = (on_one_grid(draft, f"{node.name}_{side}", x, scale) for side, x in (("a", a), ("b", b)))
    b = ordered(draft, f"{node.name}_b", b, a.at)
    kernel = Merge(Operation.ADD, a.value.format, b.value.format, a.value.features)
    return Real(draft.add(node.name, kernel, a.value, b.value), a.at, scale, a.offset + b.offset)


def _product(draft: Draft, node: OnnxNode, a: Real, b: Real) -> Real:
    if a.shape != b.shape or any(a.offset.flat) or any(b.offset.flat):
        raise UnsupportedLayerError("a product of two tensors needs equal shapes and zero points of zero")
    a, b = (unclamped(draft, f"{node.name}_{side}", x) for side, x in (("a", a), ("b", b)))
    b = ordered(draft, f"{node.name}_b", b, a.at)
    kernel = Merge(Operation.MULTIPLY, a.value.format, b.value.format, a.value.features)
    return Real(draft.add(node.name, kernel, a.value, b.value), a.at, a.scale * b.scale, a.offset)


def _one_constant(a: Operand, b: Operand) -> tuple[Real, Fractions]:
    x, constant = (a, b) if isinstance(a, Real) else (b, a)
    assert isinstance(x, Real) and isinstance(constant, Const), "a node with constants alone is folded before"
    return x, without_batch(constant.on_grid_of(x.scale).exact(), x.at.ndim, "a constant")


def _ones(x: Real) -> Fractions:
    return uniform(1, x.at.ndim)


def _root(x: Fraction) -> Fraction:
    """To 60 digits."""
    if x <= 0:
        raise UnsupportedLayerError(f"a variance plus epsilon is {float(x):g}; it must be positive")
    return Fraction(ROOT.sqrt(ROOT.divide(Decimal(x.numerator), Decimal(x.denominator))))
