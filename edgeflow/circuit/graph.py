"""A graph of integer operations with exact intervals: the meaning of an unrolled layer, free of clocks.

A ``Term`` is a signed, shifted view of a node, so that shifts and most negations cost nothing. Equal nodes are shared.
Widths are never chosen: they follow from the interval of each node.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from edgeflow.fixedpoint import Fixed, Integers, Overflow, fixed_for, limit


class Op(StrEnum):
    INPUT = "input"  # value: which input
    CONST = "const"  # value
    ADD = "add"  # a + b
    SUB = "sub"  # a - b
    DROP = "drop"  # a >> value, floor
    EVEN = "even"  # a >> value, and its lowest bit cleared if the dropped bits are all zero
    SIGN = "sign"  # 1 if a < 0
    CLIP = "clip"  # saturate a to lo..hi; value: the upper limit, which the interval may not reach
    WRAP = "wrap"  # the low bits of a, ``value`` many, signed if lo < 0
    GREATER = "greater"  # 1 if a > b
    CHOOSE = "choose"  # b if a else c
    MULTIPLY = "multiply"  # a * b


@dataclass(frozen=True)
class Term:
    """``-(node << shift)`` if negative else ``node << shift``."""

    node: int
    shift: int = 0
    negative: bool = False

    def __neg__(self) -> "Term":
        return Term(self.node, self.shift, not self.negative)

    def __lshift__(self, bits: int) -> "Term":
        return Term(self.node, self.shift + bits, self.negative)


@dataclass(frozen=True)
class Node:
    op: Op
    args: tuple[Term, ...]
    value: int
    lo: int
    hi: int

    @property
    def format(self) -> Fixed:
        return fixed_for(self.lo, self.hi, 0)

    @cached_property
    def width(self) -> int:
        return self.format.width


class Circuit:
    """Grows by the methods below; each returns the Term of its result. Nodes are in topological order.

    ``quick``: for an estimate; what is added to it may be larger than it must (circuit/adders.py).
    """

    def __init__(self, quick: bool = False) -> None:
        self.quick = quick
        self.nodes: list[Node] = []
        self.outputs: list[Term] = []
        self._known: dict[Node, int] = {}

    def input(self, index: int, lo: int, hi: int) -> Term:
        return self._node(Op.INPUT, (), index, lo, hi)

    def const(self, value: int) -> Term:
        return self._node(Op.CONST, (), value, value, value)

    def add(self, a: Term, b: Term) -> Term:
        """``a + b``: constants are folded, a common shift is taken out, and a subtraction is turned round where that
        lets the low bits of its first operand pass through."""
        for one, other in ((a, b), (b, a)):
            if self.range(one) == (0, 0):
                return other
        if self._constant(a) is not None:
            a, b = b, a
        added = self._constant(b)
        if added is not None:
            return self._add_constant(a, added)
        return self._add_terms(a, b)

    def drop(self, a: Term, bits: int) -> Term:
        """``a >> bits``, floor."""
        if bits <= 0:
            return a << -bits
        if a.shift >= bits:
            return Term(a.node, a.shift - bits, a.negative)
        lo, hi = self.range(a)
        return self._node(Op.DROP, (self.positive(a),), bits, lo >> bits, hi >> bits)

    def even(self, a: Term, bits: int) -> Term:
        """``a >> bits`` with its lowest bit cleared where the dropped bits are all zero: the last step of rounding
        half to even, when half a step was added before."""
        lo, hi = self.range(a)
        return self._node(Op.EVEN, (self.positive(a),), bits, (lo >> bits) & ~1, hi >> bits)

    def sign(self, a: Term) -> Term:
        lo, hi = self.range(a)
        if lo >= 0 or hi < 0:
            return self.const(int(hi < 0))
        return self._node(Op.SIGN, (self.positive(a),), 0, 0, 1)

    def clip(self, a: Term, lo: int, hi: int) -> Term:
        """Saturate to ``lo..hi``; ``hi + 1`` is a power of two and ``lo`` is 0, ``-hi`` or ``-hi - 1``."""
        least, most = self.range(a)
        if lo <= least and most <= hi:
            return a
        if least >= hi or most <= lo:
            return self.const(hi if least >= hi else lo)
        return self._node(Op.CLIP, (self.positive(a),), hi, max(lo, least), min(hi, most))

    def wrap(self, a: Term, y: Fixed) -> Term:
        """The value that the low bits of ``a`` stand for in format ``y``."""
        least, most = self.range(a)
        if y.lo <= least and most <= y.hi:
            return a
        return self._node(Op.WRAP, (self.positive(a),), y.width, y.lo, y.hi)

    def greater(self, a: Term, b: Term) -> Term:
        (a_lo, a_hi), (b_lo, b_hi) = self.range(a), self.range(b)
        if a_hi <= b_lo or a_lo > b_hi:
            return self.const(int(a_lo > b_hi))
        return self._node(Op.GREATER, (self.positive(a), self.positive(b)), 0, 0, 1)

    def choose(self, condition: Term, then: Term, otherwise: Term) -> Term:
        if then == otherwise:
            return then
        decided = self._constant(condition)
        if decided is not None:
            return then if decided else otherwise
        (a_lo, a_hi), (b_lo, b_hi) = self.range(then), self.range(otherwise)
        args = (condition, self.positive(then), self.positive(otherwise))
        return self._node(Op.CHOOSE, args, 0, min(a_lo, b_lo), max(a_hi, b_hi))

    def larger(self, a: Term, b: Term) -> Term:
        """``max(a, b)``."""
        return self._either(self.greater(a, b), a, b, max)

    def smaller(self, a: Term, b: Term) -> Term:
        """``min(a, b)``."""
        return self._either(self.greater(b, a), a, b, min)

    def multiply(self, a: Term, b: Term) -> Term:
        """``a * b`` of two variables; products with constants are shifts and additions (circuit/adders.py)."""
        (a_lo, a_hi), (b_lo, b_hi) = (self._plain(t) for t in (a, b))
        ends = [x * y for x in (a_lo, a_hi) for y in (b_lo, b_hi)]
        product = self._node(Op.MULTIPLY, (Term(a.node), Term(b.node)), 0, min(ends), max(ends))
        return Term(product.node, a.shift + b.shift, a.negative ^ b.negative)

    def positive(self, a: Term) -> Term:
        """The same value without the negative flag: a difference is turned round, anything else taken from zero."""
        if not a.negative:
            return a
        constant = self._constant(a)
        if constant is not None:
            return self.const(constant)
        node = self.nodes[a.node]
        args = node.args[::-1] if node.op is Op.SUB else (self.const(0), Term(a.node))
        return self._node(Op.SUB, args, 0, -node.hi, -node.lo) << a.shift

    def range(self, a: Term) -> tuple[int, int]:
        """The exact interval of a term."""
        lo, hi = self.nodes[a.node].lo << a.shift, self.nodes[a.node].hi << a.shift
        return (-hi, -lo) if a.negative else (lo, hi)

    def run(self, x: Integers) -> Integers:
        """Inputs (batch, inputs) to outputs (batch, outputs), exact: the circuit's own golden model."""
        values: list[Integers] = []
        for node in self.nodes:
            values.append(np.broadcast_to(_evaluate(node, [_value(t, values) for t in node.args], x), (len(x),)))
        return np.stack([_value(t, values) for t in self.outputs], axis=1)

    def live(self) -> list[int]:
        """Indices of the nodes that some output needs, in order; inputs always live, as ports."""
        needed = {t.node for t in self.outputs}
        for index in range(len(self.nodes) - 1, -1, -1):
            if index in needed:
                needed.update(t.node for t in self.nodes[index].args)
        return [i for i, n in enumerate(self.nodes) if i in needed or n.op is Op.INPUT]

    def _add_constant(self, a: Term, added: int) -> Term:
        """Fold ``(x + c) + added`` to one addition, so that bias and rounding offset cost one adder together."""
        node = self.nodes[a.node]
        if (whole_value := self._constant(a)) is not None:
            return self.const(whole_value + added)
        if node.op in (Op.ADD, Op.SUB) and (inner := self._constant(node.args[-1])) is not None:
            inner = -inner if node.op is Op.SUB else inner
            whole = (inner << a.shift) * (-1 if a.negative else 1) + added
            rest = Term(node.args[0].node, node.args[0].shift + a.shift, node.args[0].negative ^ a.negative)
            return self.add(rest, self.const(whole))
        if added == 0:
            return a
        spare = (added & -added).bit_length() - 1  # trailing zeros of the constant
        return self._add_terms(a, Term(self.const(added >> spare).node, spare))

    def _add_terms(self, a: Term, b: Term) -> Term:
        common = min(a.shift, b.shift)
        a, b = Term(a.node, a.shift - common, a.negative), Term(b.node, b.shift - common, b.negative)
        if a.negative == b.negative:
            if a.shift > b.shift:
                a, b = b, a
            op, negative = Op.ADD, a.negative
        else:
            if b.shift < a.shift or (b.shift == a.shift and a.negative):
                a, b = b, a
            op, negative = Op.SUB, a.negative
        a, b = Term(a.node, a.shift), Term(b.node, b.shift)
        if op is Op.ADD and (b.shift, b.node) < (a.shift, a.node):
            a, b = b, a  # one order for equal sums, so that they are shared
        (a_lo, a_hi), (b_lo, b_hi) = self.range(a), self.range(b)
        lo, hi = (a_lo + b_lo, a_hi + b_hi) if op is Op.ADD else (a_lo - b_hi, a_hi - b_lo)
        whole = self._node(op, (a, b), 0, lo, hi)
        return Term(whole.node, common, negative)

    def _either(self, condition: Term, a: Term, b: Term, bound: Callable[[int, int], int]) -> Term:
        """``a`` if the condition holds, else ``b``; ``bound`` says which of the two that is."""
        decided = self._constant(condition)
        if decided is not None:
            return a if decided else b
        (a_lo, a_hi), (b_lo, b_hi) = self.range(a), self.range(b)
        args = (condition, self.positive(a), self.positive(b))
        return self._node(Op.CHOOSE, args, 0, bound(a_lo, b_lo), bound(a_hi, b_hi))

    def _plain(self, a: Term) -> tuple[int, int]:
        return self.nodes[a.node].lo, self.nodes[a.node].hi

    def _constant(self, a: Term) -> int | None:
        lo, hi = self.range(a)
        return lo if lo == hi and self.nodes[a.node].op is Op.CONST else None

    def _node(self, op: Op, args: tuple[Term, ...], value: int, lo: int, hi: int) -> Term:
        node = Node(op, args, value, lo, hi)
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return Term(self._known[node])


def _value(term: Term, values: list[Integers]) -> Integers:
    shifted = values[term.node] << term.shift
    return -shifted if term.negative else shifted


def _evaluate(node: Node, args: list[Integers], x: Integers) -> Integers | int:
    match node.op:
        case Op.INPUT:
            return x[:, node.value]
        case Op.CONST:
            return node.value
        case Op.ADD:
            return args[0] + args[1]
        case Op.SUB:
            return args[0] - args[1]
        case Op.DROP:
            return args[0] >> node.value
        case Op.EVEN:
            tie = (args[0] & ((1 << node.value) - 1)) == 0
            return (args[0] >> node.value) & np.where(tie, -2, -1)
        case Op.SIGN:
            return (args[0] < 0).astype(np.int64)
        case Op.CLIP:
            return np.clip(args[0], node.lo, node.hi)
        case Op.WRAP:
            return limit(args[0], Fixed(node.value, 0, node.lo < 0), Overflow.WRAP)
        case Op.GREATER:
            return (args[0] > args[1]).astype(np.int64)
        case Op.CHOOSE:
            return np.where(args[0] != 0, args[1], args[2])
        case Op.MULTIPLY:
            return args[0] * args[1]
