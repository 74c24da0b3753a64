"""ADD, SUB and MUL of two tensors, or of a tensor and a constant."""

from dataclasses import dataclass

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers, Rounding
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._onnx_exact import multiplied, ordered
from edgeflow.frontends._onnx_values import Const, Real, without_batch
from edgeflow.frontends._scaling import clipped
from edgeflow.frontends._tflite_arithmetic import activation, fixed_point
from edgeflow.frontends._tflite_pairs import PairLine, pair_line, pair_sums
from edgeflow.frontends._tflite_steps import Scaling, by_rows, scaled_down
from edgeflow.frontends._tflite_values import TfliteNode, held_at, held_of, quantized
from edgeflow.kernels.affine import Affine
from edgeflow.kernels.merge import Merge, Operation

Operand = Real | Const


@dataclass(frozen=True, eq=False)
class Pairs:
    """An operator's result for every pair of q, (256, 256), limited to ``lo..hi``."""

    y: Integers
    lo: int
    hi: int


def add(draft: Draft, node: TfliteNode, a: Operand, b: Operand) -> Real:
    return _added(draft, node, a, b, 1)


def subtract(draft: Draft, node: TfliteNode, a: Operand, b: Operand) -> Real:
    return _added(draft, node, a, b, -1)


def multiply(draft: Draft, node: TfliteNode, a: Operand, b: Operand) -> Real:
    """The product of what both stand for is exact, and then scaled down; the factor is one of single precision."""
    left, right, made = node.tensor(0).grid, node.tensor(1).grid, node.made[0].grid
    rescale = fixed_point(float(left.scale * right.scale / made.scale))
    if isinstance(a, Const) or isinstance(b, Const):
        x, by = _factors(node, a, b)
        x = held_at(draft, f"{node.name}_centre", x, 0)
        at, product = x.at, multiplied(draft, node.name, x, by)
    else:
        a, b = _alike(draft, node, held_at(draft, f"{node.name}_a", a, 0), held_at(draft, f"{node.name}_b", b, 0))
        kernel = Merge(Operation.MULTIPLY, a.value.format, b.value.format, a.value.features)
        at, product = a.at, draft.add(node.name, kernel, a.value, b.value)
    return scaled_down(draft, node, product, at, [Scaling(rescale, 0)], np.zeros(product.features, np.int64))


def _added(draft: Draft, node: TfliteNode, a: Operand, b: Operand, sign: int) -> Real:
    left, right, made = node.tensor(0).grid, node.tensor(1).grid, node.made[0].grid
    pairs = _limited(node, pair_sums(left, right, made, sign))
    if isinstance(a, Const) or isinstance(b, Const):
        return _with_constant(draft, node, a, b, pairs)
    slopes = (float(left.scale / made.scale), sign * float(right.scale / made.scale))
    line = pair_line(pairs.y, made.zero, slopes, pairs.lo, pairs.hi)
    return _lined(draft, node, *_alike(draft, node, a, b), line, pairs)


def _limited(node: TfliteNode, q: Integers) -> Pairs:
    lo, hi = activation(node.word("activation", "NONE"), node.made[0].grid)
    return Pairs(np.clip(q, lo, hi), lo, hi)


def _lined(draft: Draft, node: TfliteNode, a: Real, b: Real, line: PairLine, pairs: Pairs) -> Real:
    """The line on the integers that hardware holds, and of them."""
    tensor, features = node.made[0], a.value.features
    y = tensor.grid
    held = y.held(pairs.lo, pairs.hi, tensor.padded)
    zero = held if line.rounding is Rounding.TRN else 0  # what stands for 0.0 when it is rounded
    moves = [node.tensor(i).grid.zero - held_of(x) for i, x in enumerate((a, b))]
    offset = line.c + line.j * moves[0] + line.k * moves[1]
    if line.rounding is Rounding.TRN:
        offset += (zero - y.zero) << line.shift
    left = draft.add(f"{node.name}_a", Affine(a.value.format, line.j, line.shift, 0, features), a.value)
    right = draft.add(f"{node.name}_b", Affine(b.value.format, line.k, line.shift, offset, features), b.value)
    value = draft.add(f"{node.name}_sum", Merge(Operation.ADD, left.format, right.format, features), left, right)
    chain = clipped(value.format, pairs.lo - y.zero + zero, pairs.hi - y.zero + zero, features, line.rounding)
    for i, kernel in enumerate(chain):
        value = draft.add(node.name if i + 1 == len(chain) else f"{node.name}_{i}", kernel, value)
    return held_at(draft, f"{node.name}_zero", quantized(value, a.at, y, zero), held)


def _alike(draft: Draft, node: TfliteNode, a: Real, b: Real) -> tuple[Real, Real]:
    if a.shape != b.shape:
        raise UnsupportedLayerError(f"{a.shape} and {b.shape}: two tensors need equal shapes")
    return a, ordered(draft, f"{node.name}_b", b, a.at)


def _with_constant(draft: Draft, node: TfliteNode, a: Operand, b: Operand, pairs: Pairs) -> Real:
    """For each different constant, a function of the other operand."""
    first = isinstance(a, Const)
    x, constants = _operands(a, b)
    kinds, which = np.unique(constants, return_inverse=True)
    rows = np.zeros(x.value.features, np.int64)
    rows[x.at] = which.reshape(x.shape)
    functions = pairs.y[kinds + 128] if first else pairs.y[:, kinds + 128].T
    return by_rows(draft, node, x, node.tensor(int(first)).grid, functions, rows)


def _factors(node: TfliteNode, a: Operand, b: Operand) -> tuple[Real, Integers]:
    """The tensor, and what each of its elements is multiplied by."""
    x, constants = _operands(a, b)
    return x, constants - node.tensor(int(isinstance(b, Const))).grid.zero


def _operands(a: Operand, b: Operand) -> tuple[Real, Integers]:
    """The tensor, and a constant for each of its elements."""
    x, constant = (b, a) if isinstance(a, Const) else (a, b)
    assert isinstance(x, Real) and isinstance(constant, Const), "two constants reach no lowering"
    values = without_batch(constant.values.astype(np.int64), x.at.ndim, "a constant")
    if not _fits(values.shape, x.shape):
        raise UnsupportedLayerError(f"a constant of shape {values.shape} widens a tensor of shape {x.shape}")
    return x, np.broadcast_to(values, x.shape)


def _fits(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether it broadcasts to the target."""
    return len(shape) == len(target) and all(n in (1, m) for n, m in zip(shape, target, strict=True))
