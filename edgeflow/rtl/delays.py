"""How long an operation takes on a device family, routing to it included: what the pipeline scheduler plans with.

The constants are means over critical paths in nextpnr's reports; what an estimate says of a clock is fitted to the
corpus of edgeflow calibrate (estimate/fit.py), which starts from them.
"""

from dataclasses import dataclass
from math import log2

from edgeflow.circuit.cost import chain_bits
from edgeflow.circuit.graph import Node, Op


@dataclass(frozen=True)
class Delays:
    """Nanoseconds. A stage of length ``d`` meets a clock of ``1000 / (register_ns + d)`` MHz."""

    register_ns: float  # clock to output and setup
    route_ns: float  # one hop between cells, a typical placement
    fanout_ns: float  # for each doubling of a net's sinks
    lut_ns: float
    carry_ns: float  # one bit along a carry chain
    block_ns: float = 0.0  # how much later than a register's a block memory's output comes; 0 where never critical

    def of(self, node: Node, fanout: int) -> float:
        """Delay of one node: the hop to its operands' sinks, its logic, and its share of a wide fan-out."""
        hop = self.route_ns + self.lut_ns + self.fanout_ns * log2(max(fanout, 1))
        match node.op:
            case Op.ADD | Op.SUB:
                return hop + self.lut_ns + self.carry_ns * chain_bits(node)
            case Op.GREATER:
                return hop + self.lut_ns + self.carry_ns * node.width
            case Op.MULTIPLY:  # a DSP block or a few rows of adders
                return 3 * hop + self.carry_ns * node.width
            case Op.CLIP | Op.EVEN | Op.CHOOSE:
                return hop
            case _:
                return 0.0


# nextpnr 0.11.1: 5.6 to 5.8 ns from the clock to a block memory's output, 0.5 to a register's.
ECP5_SPEED_6 = Delays(register_ns=2.4, route_ns=0.9, fanout_ns=0.1, lut_ns=0.45, carry_ns=0.035, block_ns=5.2)

# Means over the critical paths of a routed board each (nextpnr 0.11.1), a hop more in register_ns; no calibration yet.
ICE40_UP = Delays(register_ns=4.2, route_ns=2.4, fanout_ns=0.3, lut_ns=1.1, carry_ns=0.28)
GW1N = Delays(register_ns=1.7, route_ns=1.15, fanout_ns=0.15, lut_ns=0.5, carry_ns=0.06)
GW2A = Delays(register_ns=0.9, route_ns=0.5, fanout_ns=0.1, lut_ns=0.35, carry_ns=0.04)
