"""What a circuit costs in four-input LUTs with carry chains, before synthesis: a physical form, not a fit.

An adder takes one LUT for each bit in which its operands overlap, the low bits of an unshifted operand pass through,
and one more LUT starts the carry chain (hw/techmap/ecp5_add.v); one or two bits need no chain.
"""

import numpy as np

from edgeflow.circuit.graph import Circuit, Node, Op
from edgeflow.fixedpoint import Integers


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


def product_luts(weight: Integers, x_width: int) -> int:
    """About what the adder graph of ``x @ weight`` will take, without solving for it: within a fifth of what the solver
    found for products of 9 x 8 to 72 x 16, 2 to 8 bits, a third of the weights to all of them non-zero.

    Each signed digit of a weight is an addition, half as wide as input and sum together; the more digits an output has,
    the more of them it shares with others.
    """
    digits = signed_digits(weight)  # of each output
    used = digits > 0
    sums = np.ceil(np.log2(np.abs(weight[:, used]).sum(axis=0))) + x_width
    additions = (digits[used] - 1) * (x_width + sums) / 2
    return int((additions * np.minimum(1, 1.65 * digits[used] ** -0.27)).sum())


def signed_digits(weight: Integers) -> Integers:
    """Non-zero digits of each column's weights in the canonical signed-digit form, which has the fewest."""
    left, digits = np.abs(weight).astype(np.int64), np.zeros(weight.shape[1], np.int64)
    while left.any():
        odd = left & 1
        digits += odd.sum(axis=0)
        left = (left - odd * (2 - (left & 3))) >> 1
    return digits
