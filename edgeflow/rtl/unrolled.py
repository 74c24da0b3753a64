"""Consecutive unrolled layers as one module: one flat pipeline that takes a whole frame every cycle.

The layers are scheduled together, so no register stands at a layer's border unless the clock needs one there.
"""

from collections.abc import Sequence

from edgeflow.circuit.cost import luts
from edgeflow.circuit.graph import Circuit
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Unit, hardware, register_stages
from edgeflow.network.network import Layer
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.emit import Emitter
from edgeflow.rtl.schedule import Schedule, pipeline


def circuit_of(layers: Sequence[Layer]) -> Circuit:
    """The layers' integer circuit; inputs and outputs are one frame."""
    first = layers[0].kernel
    circuit = Circuit()
    terms = [circuit.input(i, first.x.lo, first.x.hi) for i in range(first.in_features)]
    for layer in layers:
        terms = hardware(layer).circuit(circuit, terms)
    circuit.outputs = [circuit.positive(t) for t in terms]
    return circuit


def unrolled_unit(module: str, layers: Sequence[Layer], clock_mhz: float, delays: Delays) -> tuple[Unit, str]:
    """The unit and its SystemVerilog text."""
    circuit = circuit_of(layers)
    schedule = pipeline(circuit, clock_mhz, delays)
    out_width = layers[-1].kernel.out_features * layers[-1].kernel.y.width
    skid = Cost(luts=out_width + 2, ffs=out_width + 1)
    unit = Unit(
        module,
        {},
        in_lanes=layers[0].kernel.in_features,
        in_bits=layers[0].kernel.in_features * layers[0].kernel.x.width,
        out_lanes=layers[-1].kernel.out_features,
        interval_cycles=1,
        beat_times=register_stages(schedule.latency),
        cost=Cost(luts=luts(circuit) + 1, ffs=schedule.register_bits(circuit) + schedule.latency) + skid,
    )
    return unit, _module(module, layers, circuit, schedule, clock_mhz)


def _module(module: str, layers: Sequence[Layer], circuit: Circuit, schedule: Schedule, clock_mhz: float) -> str:
    x, y = layers[0].kernel.x, layers[-1].kernel.y
    in_width, out_width = layers[0].kernel.in_features * x.width, layers[-1].kernel.out_features * y.width
    emitter, last = Emitter(circuit, schedule), schedule.latency
    inputs = [
        f"assign n{i} = s_axis_tdata[{node.value * x.width} +: {x.width}];"
        for i, node in enumerate(circuit.nodes)
        if i in schedule.cycle and node.op == "input"
    ]
    outputs = [
        f"assign result[{i * y.width} +: {y.width}] = {emitter.output(i, y.width)};"
        for i in range(layers[-1].kernel.out_features)
    ]
    shift = "s_axis_tvalid" if last == 1 else "{valid_q[LATENCY-1:1], s_axis_tvalid}"
    return f"""\
// {len(layers)} unrolled layers, {layers[0].kernel.in_features} values of {x} in, \
{layers[-1].kernel.out_features} of {y} out; made by edgeflow.
//
// Latency: {last} cycles. Throughput: one frame a cycle. Pipelined for {clock_mhz:g} MHz.
// n<i> is a node of the integer circuit, n<i>_q<k> the same value k cycles later. The whole pipeline holds still while
// a result waits in the skid buffer.

module {module} (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, resets control only

  input  logic [{in_width - 1}:0] s_axis_tdata,
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
