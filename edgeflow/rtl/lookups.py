"""Choices between constants by the bits of one value: synthesis makes tables of LUTs of them, whatever their tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from edgeflow.circuit.graph import Circuit, Op, Term
from edgeflow.fixedpoint import Integers
from edgeflow.rtl.wires import WIRES, Bit, bit_of, through

MOST_BITS = 12  # that decide; as kernels/table.py has them
LUT_BITS = 4

Column = NDArray[np.bool_]  # (2**bits,)


@dataclass(frozen=True)
class Lookups:
    nodes: frozenset[int]  # the choices that are part of a table
    luts: int  # of four inputs
    muxes: int  # that join two


@dataclass(frozen=True, eq=False)
class Table:
    source: int  # the node whose bits decide
    bits: tuple[int, ...]  # which of them
    values: Integers  # (2**bits,), by the number that they make, the first of them lowest

    def over(self, bits: tuple[int, ...]) -> Integers:
        """Its values by more bits."""
        codes = np.arange(1 << len(bits))
        own = sum((codes >> bits.index(bit) & 1) << i for i, bit in enumerate(self.bits))
        found: Integers = self.values[own]
        return found


def lookups(circuit: Circuit, nodes: Sequence[int]) -> Lookups:
    """Of all nodes together; equal functions of one value are one."""
    tables: dict[int, Table] = {}
    for i in nodes:
        if circuit.nodes[i].op is Op.CHOOSE and (found := _table(circuit, i, tables)):
            tables[i] = found
    functions: dict[int, _Functions] = {}
    for i in _tops(circuit, nodes, tables):
        of_source = functions.setdefault(tables[i].source, _Functions())
        for bit in range(circuit.nodes[i].width):
            of_source.add(tables[i].bits, (tables[i].values >> bit & 1).astype(bool))
    luts, muxes = (sum(len(getattr(one, kind)) for one in functions.values()) for kind in ("luts", "muxes"))
    return Lookups(frozenset(tables), luts, muxes)


def _table(circuit: Circuit, i: int, known: Mapping[int, Table]) -> Table | None:
    condition, *terms = circuit.nodes[i].args
    driver = _driver(circuit, condition)
    if driver is None:
        return _branch(circuit, terms[1], None, known)
    source, bit = driver
    branches = [_branch(circuit, term, source, known) for term in terms]
    if branches[0] is None or branches[1] is None:
        return None
    bits = tuple(sorted({bit, *branches[0].bits, *branches[1].bits}))
    if len(bits) > MOST_BITS:
        return None
    chosen = np.arange(1 << len(bits)) >> bits.index(bit) & 1
    return Table(source, bits, np.where(chosen, branches[0].over(bits), branches[1].over(bits)))


def _branch(circuit: Circuit, term: Term, source: int | None, known: Mapping[int, Table]) -> Table | None:
    """A constant or another table of that source, or of any."""
    node, table = circuit.nodes[term.node], known.get(term.node)
    if node.op is Op.CONST:
        return Table(term.node, (), np.array([node.value << term.shift]))
    if table is None or (table.bits and source not in (None, table.source)):
        return None
    return replace(table, values=table.values << term.shift)


def _driver(circuit: Circuit, term: Term) -> Bit | None:
    """The bit that a condition is; None for a zero."""
    at = bit_of(circuit, term, 0)
    while at and circuit.nodes[at[0]].op in WIRES:
        at = through(circuit, at)
    return at


def _tops(circuit: Circuit, nodes: Sequence[int], tables: Mapping[int, Table]) -> list[int]:
    """Choices that others than tables take, or tables as what decides."""
    used = {term.node for i in nodes if i not in tables for term in circuit.nodes[i].args}
    used |= {term.node for term in circuit.outputs} | {table.source for table in tables.values()}
    return [i for i in tables if i in used]


@dataclass
class _Functions:
    """Of the bits of one value: those of up to four bits, and those that two halves are joined to."""

    luts: set[tuple[tuple[int, ...], bytes]] = field(default_factory=set)
    muxes: set[tuple[tuple[int, ...], bytes]] = field(default_factory=set)

    def add(self, bits: tuple[int, ...], column: Column) -> None:
        bits, column = _needed(bits, column)
        function = bits, column.tobytes()
        if len(bits) <= 1 or function in self.muxes:  # a constant; a wire, or its inverse, which its reader turns round
            return
        if len(bits) <= LUT_BITS:
            self.luts.add(function)
            return
        self.muxes.add(function)
        for half in column.reshape(2, -1):
            self.add(bits[:-1], half)


def _needed(bits: tuple[int, ...], column: Column) -> tuple[tuple[int, ...], Column]:
    """Without the bits that change nothing."""
    for i in reversed(range(len(bits))):
        pairs = column.reshape(-1, 2, 1 << i)
        if (pairs[:, 0] == pairs[:, 1]).all():
            bits, column = bits[:i] + bits[i + 1 :], pairs[:, 0].reshape(-1)
    return bits, column
