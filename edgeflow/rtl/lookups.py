"""Choices between constants by the bits of one value: synthesis makes tables of LUTs of them, whatever their tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from edgeflow.circuit.graph import Circuit, Op, Term
from edgeflow.fixedpoint import Integers

WIRES = (Op.DROP, Op.WRAP, Op.SIGN)
ROWS = 16  # of a LUT


@dataclass(frozen=True)
class Lookups:
    nodes: frozenset[int]  # the choices that are part of a table
    luts: int  # of four inputs
    muxes: int  # that join two


def lookups(circuit: Circuit, nodes: Sequence[int]) -> Lookups:
    """Of all nodes together; equal functions of one value are one."""
    tables: dict[int, tuple[int, Integers]] = {}  # choice -> the node whose bits decide, values by its code
    for i in nodes:
        if found := _table(circuit, i, tables):
            tables[i] = found
    parts: dict[int, _Functions] = {}
    for i in _tops(circuit, nodes, tables):
        source, values = tables[i]
        parts.setdefault(source, _Functions()).add_all(values, circuit.nodes[i].width)
    luts, muxes = (sum(len(getattr(one, kind)) for one in parts.values()) for kind in ("luts", "muxes"))
    return Lookups(frozenset(tables), luts, muxes)


def _table(circuit: Circuit, i: int, known: Mapping[int, tuple[int, Integers]]) -> tuple[int, Integers] | None:
    node = circuit.nodes[i]
    if node.op is not Op.CHOOSE:
        return None
    source, bit = _driver(circuit, node.args[0])
    if circuit.nodes[source].op is Op.CONST:
        return None
    codes = np.arange(1 << circuit.nodes[source].width)
    branches = [_values(circuit, term, source, known) for term in node.args[1:]]
    if branches[0] is None or branches[1] is None or bit >= circuit.nodes[source].width:
        return None
    return source, np.where(codes >> bit & 1, branches[0], branches[1])


def _values(
    circuit: Circuit, term: Term, source: int, known: Mapping[int, tuple[int, Integers]]
) -> Integers | int | None:
    node = circuit.nodes[term.node]
    if node.op is Op.CONST:
        return node.value << term.shift
    of, values = known.get(term.node, (None, None))
    return values << term.shift if of == source and values is not None else None


def _driver(circuit: Circuit, term: Term) -> tuple[int, int]:
    """The node and the bit of it that a condition is."""
    index, bit = term.node, 0
    while (node := circuit.nodes[index]).op in WIRES:
        below = node.args[0]
        top = circuit.nodes[below.node].width + below.shift - 1
        bit = {Op.DROP: bit + node.value, Op.WRAP: bit, Op.SIGN: top}[node.op]
        if bit < below.shift:
            break
        index, bit = below.node, min(bit - below.shift, circuit.nodes[below.node].width - 1)
    return index, bit


def _tops(circuit: Circuit, nodes: Sequence[int], tables: Mapping[int, object]) -> list[int]:
    """Choices that others than tables take."""
    used = {term.node for i in nodes if i not in tables for term in circuit.nodes[i].args}
    used |= {term.node for term in circuit.outputs}
    return [i for i in tables if i in used]


@dataclass
class _Functions:
    """Of the bits of one value: those of up to four bits, and those that two halves are joined to."""

    luts: set[tuple[int, int]] = field(default_factory=set)
    muxes: set[tuple[int, int]] = field(default_factory=set)

    def add_all(self, values: Integers, width: int) -> None:
        for bit in range(width):
            column = sum(int(one) << row for row, one in enumerate(values >> bit & 1))
            self._add(column, len(values))

    def _add(self, column: int, rows: int) -> None:
        half = rows // 2
        low, high = column & (1 << half) - 1, column >> half
        if _wire(column, rows) or (column, rows) in self.muxes:
            return
        if low == high:
            self._add(low, half)
        elif rows <= ROWS:
            self.luts.add((column, rows))
        else:
            self.muxes.add((column, rows))
            self._add(low, half)
            self._add(high, half)


def _wire(column: int, rows: int) -> bool:
    """Whether it is constant, or one of the bits as it comes."""
    if column in (0, (1 << rows) - 1):
        return True
    return any(column == _select(bit, rows) for bit in range(rows.bit_length() - 1))


def _select(bit: int, rows: int) -> int:
    period = 1 << bit
    ones = ((1 << period) - 1) << period
    return sum(ones << start for start in range(0, rows, 2 * period))
