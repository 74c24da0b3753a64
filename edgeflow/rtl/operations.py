"""What kinds of operations a circuit is made of, with their bits: as synthesis tells them apart."""

from collections import Counter
from collections.abc import Sequence

from edgeflow.circuit.cost import chain_bits
from edgeflow.circuit.graph import Circuit, Node, Op
from edgeflow.rtl.lookups import lookups

LUT = 4  # a comparison of so many bits with a constant is a LUT, and with another value needs no chain on ECP5
BRIEF = 7  # one of so many with a constant is a few LUTs, no chain
SMALL = 2  # an adder of so many bits needs no carry chain


def operations(circuit: Circuit, nodes: Sequence[int]) -> Counter[str]:
    """By kind, with their bits."""
    tables = lookups(circuit, nodes)
    counts = Counter({"table_luts": tables.luts, "table_muxes": tables.muxes})
    for i in nodes:
        if i not in tables.nodes:
            counts.update(_operation(circuit, circuit.nodes[i]))
    return counts


def _operation(circuit: Circuit, node: Node) -> dict[str, int]:
    match node.op:
        case Op.ADD | Op.SUB:
            bits = chain_bits(node)
            constant = any(circuit.nodes[t.node].op is Op.CONST for t in node.args)
            if bits <= SMALL:
                return {"small_bits": bits}
            kind = "offset" if constant else "add"
            return {f"{kind}_bits": bits, f"{kind}_chains": 1, "odd_chains": bits % 2}
        case Op.GREATER:
            bits = max(circuit.nodes[t.node].width + t.shift for t in node.args)
            constant = any(circuit.nodes[t.node].op is Op.CONST for t in node.args)
            if bits <= LUT:
                return {"decided": 1} if constant else {"little_bits": bits, "little": 1}
            if constant:
                return {"brief": 1} if bits <= BRIEF else {"threshold_bits": bits, "thresholds": 1}
            return {"greater_bits": bits, "comparisons": 1}
        case Op.CLIP:
            over = circuit.nodes[node.args[0].node].width - node.width
            return {"clip_bits": node.width, "clip_over": over, "clips": 1}
        case Op.CHOOSE:
            return {"choose_bits": node.width}
        case Op.MULTIPLY:
            return {"multiplies": 1, "multiply_bits": node.width}
        case Op.EVEN:
            return {"ties": 1, "tie_bits": node.value}
        case _:
            return {}
