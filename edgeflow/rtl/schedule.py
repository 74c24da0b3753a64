"""Pipelining: which clock cycle each node of a circuit computes in, with as few register bits as possible.

A node computes in the cycle after its operands' cycle or in the same one, as long as no chain of operations within one
cycle is longer than the clock allows. All of these are difference constraints ``cycle[v] - cycle[u] >= d``, so the
linear program that minimizes register bits has an integer solution (Leiserson, Saxe, Algorithmica 6, 1991, section 8).
"""

from collections import defaultdict
from dataclasses import dataclass

from edgeflow.circuit.graph import Circuit, Op
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.min_registers import Edge, assign


@dataclass(frozen=True)
class Schedule:
    """``cycle[node]`` for every live node: inputs 0, and a value made in cycle c is a register from c + 1 on."""

    cycle: dict[int, int]
    latency: int  # cycle of the outputs: inputs accepted in cycle 0 are valid outputs in this cycle

    def register_bits(self, circuit: Circuit) -> int:
        last = dict.fromkeys(self.cycle, 0)
        for node, used in uses(circuit, list(self.cycle)):
            last[node] = max(last[node], self.cycle.get(used, self.latency))
        return sum((last[n] - c) * circuit.nodes[n].width for n, c in self.cycle.items() if last[n] > c)


LEAST_BUDGET_NS = 0.001  # for clocks that leave no time at all: every operation alone
OUTPUT = -1  # stands for the registered outputs, as a user of nodes


def uses(circuit: Circuit, live: list[int]) -> list[tuple[int, int]]:
    """(node, user) pairs among live nodes; constants are wired, not used; outputs use as OUTPUT."""
    pairs = [(t.node, i) for i in live for t in circuit.nodes[i].args] + [(t.node, OUTPUT) for t in circuit.outputs]
    return sorted({(a, b) for a, b in pairs if circuit.nodes[a].op is not Op.CONST})


def pipeline(circuit: Circuit, clock_mhz: float, delays: Delays) -> Schedule:
    """Schedule for a clock. Inputs and outputs are registered; an operation slower than a cycle gets one alone."""
    live = [i for i in circuit.live() if circuit.nodes[i].op is not Op.CONST]
    pairs = uses(circuit, live)
    budget = max(1000.0 / clock_mhz - delays.register_ns, LEAST_BUDGET_NS)
    edges = [Edge(a, b, int(circuit.nodes[a].op is Op.INPUT or b == OUTPUT)) for a, b in pairs]
    edges += [Edge(a, b, 1, registered=False) for a, b in _too_long(circuit, live, pairs, delays, budget)]
    inputs = [i for i in live if circuit.nodes[i].op is Op.INPUT]
    edges += [Edge(i, OUTPUT, 1, registered=False) for i in inputs]  # a constant output comes after its inputs, too
    width = {i: circuit.nodes[i].width for i in live}
    cycle = assign(live, edges, width, fixed=inputs, last=OUTPUT)
    return Schedule({i: cycle[i] for i in live}, cycle[OUTPUT])


def _too_long(
    circuit: Circuit, live: list[int], pairs: list[tuple[int, int]], delays: Delays, budget: float
) -> list[tuple[int, int]]:
    """Pairs (u, v) where a chain from u to v exceeds the budget though the chain to v's operand does not."""
    operands: dict[int, list[int]] = defaultdict(list)
    sinks: dict[int, int] = defaultdict(int)
    for a, b in pairs:
        sinks[a] += 1
        if b != OUTPUT and circuit.nodes[a].op is not Op.INPUT:
            operands[b].append(a)
    # A slower operation fills its cycle: only what costs no time, wires, fits beside it.
    delay = {i: min(delays.of(circuit.nodes[i], sinks[i]), budget) for i in live}
    chains: dict[int, dict[int, float]] = {}  # node -> {first node of a chain that still fits: its length}
    broken = []
    for v in live:
        length = {v: delay[v]}
        for u in operands[v]:
            for first, before in chains[u].items():
                length[first] = max(length.get(first, 0.0), before + delay[v])
        broken += [(first, v) for first, total in length.items() if total > budget and first != v]
        chains[v] = {first: total for first, total in length.items() if total <= budget or first == v}
    return broken
