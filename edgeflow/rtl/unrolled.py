"""Unrolled logic as one module: a flat pipeline that takes a beat every cycle.

Neighbouring pieces of the same beats are scheduled together, so no register stands at a layer's border unless the
clock needs one there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgeflow.circuit.cost import luts, node_luts
from edgeflow.circuit.graph import Circuit, Op, Term
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._handshake import SkidPipeline
from edgeflow.kernels._unit import Beat, Unit, hardware
from edgeflow.network.network import Kernel, Network
from edgeflow.rtl.census import census, reads
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.emit import Emitter
from edgeflow.rtl.schedule import Schedule, pipeline

Text = Callable[[], str]  # written only when it is asked for


@dataclass(frozen=True)
class Made:
    """Logic made for a group."""

    unit: Unit
    text: Text
    luts: list[int]  # of each piece


Logic = Callable[[str, "Group", Sequence[Kernel]], Made]  # module, what it does, the kernel of each piece


@dataclass(frozen=True)
class Lanes:
    """One input of a group: so many values of a format, beat by beat."""

    format: Fixed
    count: int

    @property
    def width(self) -> int:
        return self.count * self.format.width


@dataclass(frozen=True)
class Group:
    """Pieces of logic that work on the same beats; ``sources`` count the inputs first, then earlier pieces."""

    inputs: tuple[Lanes, ...]
    beats: tuple[Beat, ...]
    sources: tuple[tuple[int, ...], ...]  # of each piece

    @property
    def output(self) -> Lanes:
        return Lanes(self.beats[-1].y, self.beats[-1].out_lanes)

    @property
    def width(self) -> int:
        """Bits of the input bus."""
        return sum(lanes.width for lanes in self.inputs)

    def unit(self, module: str, latency: int, cost: Cost, census: dict[str, int], reads: tuple[int, ...] = ()) -> Unit:
        """The unit that does it in a pipeline of so many cycles; its output has a skid buffer."""
        return Unit(
            module,
            {},
            in_lanes=sum(lanes.count for lanes in self.inputs),
            in_bits=self.width,
            out_lanes=self.output.count,
            interval_cycles=self.beats[0].beats,
            handshake=lambda: SkidPipeline(latency),
            cost=cost + Cost(luts=self.output.width + 2, ffs=self.output.width + 1),
            census={**census, "out_bits": self.output.width, "in_bits": self.width},
            reads=reads,
        )

    def circuit(self, quick: bool = False) -> tuple[Circuit, list[int]]:
        """The integer circuit, and the LUTs that each piece added to it."""
        circuit, values, costs = Circuit(quick), [], []
        at = 0
        for lanes in self.inputs:
            values.append([circuit.input(at + i, lanes.format.lo, lanes.format.hi) for i in range(lanes.count)])
            at += lanes.count
        for beat, sources in zip(self.beats, self.sources, strict=True):
            before = len(circuit.nodes)
            values.append(beat.build(circuit, *(values[s] for s in sources)))
            costs.append(sum(node_luts(node) for node in circuit.nodes[before:]))
        circuit.outputs = [circuit.positive(term) for term in values[-1]]
        return circuit, costs

    def ports(self) -> list[tuple[int, int]]:
        """Lowest bit and width of every circuit input on the bus."""
        found, at = [], 0
        for lanes in self.inputs:
            found += [(at + i * lanes.format.width, lanes.format.width) for i in range(lanes.count)]
            at += lanes.width
        return found


def circuit_of(network: Network) -> Circuit:
    """The network's integer circuit; inputs and outputs are one frame."""
    circuit = Circuit()
    x = network.input
    values: dict[int, list[Term]] = {-1: [circuit.input(i, x.lo, x.hi) for i in range(network.in_features)]}
    for i, (layer, sources) in enumerate(zip(network.layers, network.sources, strict=True)):
        values[i] = hardware(layer).circuit(circuit, *(values[s] for s in sources))
    circuit.outputs = [circuit.positive(term) for term in values[len(network.layers) - 1]]
    return circuit


def unrolled(clock_mhz: float, delays: Delays) -> Logic:
    """Logic as hardware has it, pipelined for a clock."""
    return lambda module, group, _: unrolled_unit(module, group, clock_mhz, delays)


def unrolled_unit(module: str, group: Group, clock_mhz: float, delays: Delays, quick: bool = False) -> Made:
    """``quick``: for an estimate (Circuit.quick)."""
    circuit, costs = group.circuit(quick)
    schedule = pipeline(circuit, clock_mhz, delays)
    cost = Cost(luts=luts(circuit) + 1, ffs=schedule.register_bits(circuit) + schedule.latency)
    counts, read = census(circuit, schedule, delays), reads(circuit, schedule)
    unit = group.unit(module, schedule.latency, cost, counts, read)
    return Made(unit, lambda: _module(module, group, circuit, schedule, clock_mhz), costs)


def _module(module: str, group: Group, circuit: Circuit, schedule: Schedule, clock_mhz: float) -> str:
    emitter, last, y = Emitter(circuit, schedule), schedule.latency, group.output.format
    ports, out_width = group.ports(), group.output.width
    inputs = [
        f"assign n{i} = s_axis_tdata[{ports[node.value][0]} +: {ports[node.value][1]}];"
        for i, node in enumerate(circuit.nodes)
        if i in schedule.cycle and node.op is Op.INPUT
    ]
    outputs = [
        f"assign result[{i * y.width} +: {y.width}] = {emitter.output(i, y.width)};" for i in range(group.output.count)
    ]
    shift = "s_axis_tvalid" if last == 1 else "{valid_q[LATENCY-1:1], s_axis_tvalid}"
    takes = " and ".join(f"{lanes.count} values of {lanes.format}" for lanes in group.inputs)
    return f"""\
// Unrolled logic: a beat of {takes} in, {group.output.count} of {y} out; made by edgeflow.
//
// Latency: {last} cycles. Throughput: one beat a cycle. Pipelined for {clock_mhz:g} MHz.
// n<i> is a node of the integer circuit, n<i>_q<k> the same value k cycles later. The whole pipeline holds still while
// a result waits in the skid buffer.

module {module} (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, resets control only

  input  logic [{group.width - 1}:0] s_axis_tdata,
  input  logic s_axis_tvalid,
  output logic s_axis_tready,

  output logic [{out_width - 1}:0] m_axis_tdata,
  output logic m_axis_tvalid,
  input  logic m_axis_tready
);

  localparam int unsigned LATENCY = {last};

  logic [LATENCY:1] valid_q;
  logic [{out_width - 1}:0] result;
  logic advance;

  assign s_axis_tready = advance;

  ef_skid #(.Width({out_width})) u_skid (
    .clk_i, .rst_ni,
    .s_axis_tdata(result), .s_axis_tvalid(valid_q[LATENCY]), .s_axis_tready(advance),
    .m_axis_tdata, .m_axis_tvalid, .m_axis_tready
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else if (advance) valid_q <= {shift};
  end

  // verilator lint_off UNUSEDSIGNAL  // a cast drops low bits, a saturated value its high ones
{_indented(emitter.declarations(), 2)}
  // verilator lint_on UNUSEDSIGNAL

{_indented(inputs + emitter.assignments(), 2)}

  always_ff @(posedge clk_i) begin
    if (advance) begin
{_indented(emitter.registers(), 6)}
    end
  end

{_indented(outputs, 2)}

endmodule
"""


def _indented(lines: list[str], by: int) -> str:
    return "\n".join(" " * by + line for line in lines)
