"""Bits through wires: shifts, slices and signs move them, and change nothing."""

from edgeflow.circuit.graph import Circuit, Op, Term

Bit = tuple[int, int]  # node, bit
WIRES = (Op.DROP, Op.WRAP, Op.SIGN)


def through(circuit: Circuit, at: Bit) -> Bit | None:
    """What a wire's bit is a bit of; itself if its node is no wire, None for a zero."""
    index, bit = at
    node = circuit.nodes[index]
    match node.op:
        case Op.DROP:
            return bit_of(circuit, node.args[0], bit + node.value)
        case Op.WRAP:
            return bit_of(circuit, node.args[0], bit)
        case Op.SIGN:
            return bit_of(circuit, node.args[0], circuit.nodes[node.args[0].node].width + node.args[0].shift - 1)
        case _:
            return at


def bit_of(circuit: Circuit, term: Term, bit: int) -> Bit | None:
    """Bit of a term: zero below its shift, the sign above its width."""
    operand = circuit.nodes[term.node]
    if bit < term.shift:
        return None
    if bit - term.shift >= operand.width and operand.lo >= 0:
        return None
    return (term.node, min(bit - term.shift, operand.width - 1))
