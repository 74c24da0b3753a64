"""What a circuit costs in four-input LUTs with carry chains, before synthesis: a physical form, not a fit.

An adder takes one LUT for each bit in which its operands overlap, the low bits of an unshifted operand pass through,
and one more LUT starts the carry chain (hw/techmap/ecp5_add.v); one or two bits need no chain.
"""

from edgeflow.circuit.graph import Circuit, Node, Op


def luts(circuit: Circuit) -> int:
    """LUTs of all live nodes."""
    return sum(node_luts(circuit.nodes[i]) for i in circuit.live())


def node_luts(node: Node) -> int:
    match node.op:
        case Op.ADD | Op.SUB:
            return chain_bits(node) + (chain_bits(node) > 2)
        case Op.CLIP:
            return node.width + 1
        case Op.CHOOSE:
            return node.width
        case Op.GREATER:
            return node.width + 3
        case Op.MULTIPLY:
            return node.width * min(chain_bits(node), node.width) // 2
        case Op.EVEN:
            return 1 + node.value // 3
        case _:
            return 0


def chain_bits(node: Node) -> int:
    """Bits of an adder's carry chain: its width less the low bits that pass through."""
    return max(node.width - node.args[1].shift, 0)
