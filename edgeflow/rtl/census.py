"""What a scheduled circuit is made of, counted: operations by kind with their bits, and the registers that remain.

Bits are followed through wires (shifts, slices, the low bits that pass an adder), because synthesis keeps one register
for a bit whatever name it goes by.
"""

from collections import Counter

from edgeflow.circuit.cost import chain_bits
from edgeflow.circuit.graph import Circuit, Op, Term
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.operations import SMALL, operations
from edgeflow.rtl.schedule import OUTPUT, Schedule, uses
from edgeflow.rtl.wires import WIRES, Bit, bit_of, through


def census(circuit: Circuit, schedule: Schedule, delays: Delays) -> dict[str, int]:
    counts = operations(circuit, list(schedule.cycle))
    live = _live_bits(circuit, schedule)
    held = _registers(circuit, schedule, live)
    made = {(node, bit) for node, bit, cycle in held if cycle == schedule.cycle[node] + 1}
    logic = sum(1 for node, _ in made if circuit.nodes[node].op is not Op.INPUT)
    shared = len(made & _used_at_once(circuit, schedule, live))
    return {
        **counts,
        "registers": len(held) + schedule.latency,
        # fed by another register, or by logic that feeds more than it
        "lone_registers": len(held) - logic + shared + schedule.latency,
        "first_registers": len(made) - logic,  # of inputs as they come
        "inverted_bits": _inverted(circuit, schedule),
        "latency": schedule.latency,
        "unused": sum(circuit.nodes[i].width - live[i].bit_count() for i in _inputs(circuit, schedule)),
        "stage_ps": round(1000 * _longest_ns(circuit, schedule, delays)),
    }


def reads(circuit: Circuit, schedule: Schedule) -> tuple[int, ...]:
    """How many bits of each input matter."""
    live = _live_bits(circuit, schedule)
    return tuple(live[i].bit_count() for i in _inputs(circuit, schedule))


def _used_at_once(circuit: Circuit, schedule: Schedule, live: dict[int, int]) -> set[Bit]:
    """Bits that logic makes and other logic uses in the same cycle."""
    found: set[Bit] = set()
    known: dict[Bit, Bit | None] = {}
    for i, cycle in schedule.cycle.items():
        if circuit.nodes[i].op in WIRES:
            continue
        for term in circuit.nodes[i].args:
            for bit in _bits(live.get(term.node, 0)):
                driver = _driver(circuit, schedule, (term.node, bit), known)
                if driver and schedule.cycle[driver[0]] == cycle and circuit.nodes[driver[0]].op is not Op.INPUT:
                    found.add(driver)
    return found


def _inverted(circuit: Circuit, schedule: Schedule) -> int:
    """Bits that adders subtract, each once a cycle: a carry chain that cannot turn them round takes a LUT for each."""
    found = {
        (node.args[1].node, schedule.cycle[i])
        for i in schedule.cycle
        if (node := circuit.nodes[i]).op in (Op.SUB, Op.GREATER)
        and circuit.nodes[node.args[1].node].op is not Op.CONST
        and (node.op is Op.GREATER or chain_bits(node) > SMALL)
    }
    return sum(circuit.nodes[node].width for node, _ in found)


def _inputs(circuit: Circuit, schedule: Schedule) -> list[int]:
    return [i for i in schedule.cycle if circuit.nodes[i].op is Op.INPUT]


def _live_bits(circuit: Circuit, schedule: Schedule) -> dict[int, int]:
    """For each node a mask of the bits that reach an output."""
    live = dict.fromkeys(schedule.cycle, 0)
    for term in circuit.outputs:
        _need(circuit, live, term, -1)
    for i in sorted(schedule.cycle, reverse=True):
        node, used = circuit.nodes[i], live[i]
        if not used:
            continue
        match node.op:
            case Op.DROP:
                _need(circuit, live, node.args[0], used << node.value)
            case Op.WRAP:
                _need(circuit, live, node.args[0], used)
            case Op.SIGN:
                top = circuit.nodes[node.args[0].node].width + node.args[0].shift - 1
                _need(circuit, live, node.args[0], 1 << top)
            case Op.ADD | Op.SUB:
                for term in node.args:
                    _need(circuit, live, term, (1 << used.bit_length()) - 1)
            case _:
                for term in node.args:
                    _need(circuit, live, term, -1)
    return live


def _need(circuit: Circuit, live: dict[int, int], term: Term, bits: int) -> None:
    """Bits of a term are needed: those of its node, the sign for all above."""
    if term.node in live:
        width = circuit.nodes[term.node].width
        shifted = bits >> term.shift
        over = shifted >> width
        live[term.node] |= shifted & ((1 << width) - 1) | (1 << (width - 1) if over else 0)


def _registers(circuit: Circuit, schedule: Schedule, live: dict[int, int]) -> set[tuple[int, int, int]]:
    """Node, bit, cycle of every register bit, wires followed to what drives them."""
    last: dict[int, int] = {}
    for node, user in uses(circuit, list(schedule.cycle)):
        used = schedule.latency if user == OUTPUT else schedule.cycle[user]
        last[node] = max(last.get(node, 0), used)
    found: set[tuple[int, int, int]] = set()
    known: dict[Bit, Bit | None] = {}
    for node, until in last.items():
        for cycle in range(schedule.cycle[node] + 1, until + 1):
            for bit in _bits(live[node]):
                driver = _driver(circuit, schedule, (node, bit), known)
                if driver:
                    found.add((*driver, cycle))
    return found


def _bits(mask: int) -> list[int]:
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def _driver(circuit: Circuit, schedule: Schedule, at: Bit, known: dict[Bit, Bit | None]) -> Bit | None:
    """Where a bit comes from; None for a constant one."""
    if at not in known:
        below = _below(circuit, at)
        known[at] = at if below is at else below and _driver(circuit, schedule, below, known)
    return known[at]


def _below(circuit: Circuit, at: Bit) -> Bit | None:
    node, bit = circuit.nodes[at[0]], at[1]
    match node.op:
        case Op.CONST:
            return None
        case Op.ADD | Op.SUB if bit < node.args[1].shift and node.args[0].shift == 0:
            return bit_of(circuit, node.args[0], bit)
        case _:
            return through(circuit, at)


def _longest_ns(circuit: Circuit, schedule: Schedule, delays: Delays) -> float:
    """The longest chain of operations within a cycle, as the scheduler counts it."""
    users = Counter(node for node, _ in uses(circuit, list(schedule.cycle)))
    until: dict[int, float] = {}
    for i, cycle in schedule.cycle.items():
        before = [until[t.node] for t in circuit.nodes[i].args if schedule.cycle.get(t.node) == cycle]
        until[i] = max(before, default=0.0) + delays.of(circuit.nodes[i], users[i])
    return max(until.values(), default=0.0)
