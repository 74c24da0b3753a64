"""The top module: units, forks and joins, and the streams between them."""

from edgeflow.kernels._unit import Unit
from edgeflow.rtl.dataflow import Dataflow, Fork, Join, Step
from edgeflow.rtl.design import Stream


def top_module(
    name: str, flow: Dataflow, s_axis: Stream, m_axis: Stream, latency: int, interval: int, files: dict[str, str]
) -> str:
    """SystemVerilog of the top; ``files`` maps "<node index>.<parameter>" to the memory's file name."""
    instances = []
    for i, node in enumerate(flow.nodes):
        match node:
            case Step(unit, source, target):
                own = {p: files[f"{i}.{p}"] for p in unit.memories}
                instances.append(_unit(i, unit, _names(flow, source), _names(flow, target), own))
            case Fork(source, targets):
                instances.append(_fork(i, _names(flow, source), [_names(flow, t) for t in targets]))
            case Join(sources, target):
                instances.append(_join(i, [_names(flow, s) for s in sources], _names(flow, target)))
    return f"""\
// {name}: {s_axis.features} values of {s_axis.format} in, {m_axis.features} of {m_axis.format} out; made by edgeflow.
//
// s_axis: {s_axis.lanes} values a beat, {s_axis.beats} beats a frame, value 0 first and in the low bits.
// m_axis: {m_axis.lanes} values a beat, {m_axis.beats} beats a frame, in the same order.
// Latency: {latency} cycles from the first input beat accepted to the last output beat valid, without stalls.
// Throughput: one frame in {interval} cycles.

module {name} (
  input  logic clk_i,
  input  logic rst_ni,  // synchronous, resets control only

  input  logic [{s_axis.width - 1}:0] s_axis_tdata,
  input  logic s_axis_tvalid,
  output logic s_axis_tready,

  output logic [{m_axis.width - 1}:0] m_axis_tdata,
  output logic m_axis_tvalid,
  input  logic m_axis_tready
);

{"".join(_wires(flow))}
{"".join(instances)}endmodule
"""


Names = tuple[str, str, str]  # of data, valid and ready


def _names(flow: Dataflow, stream: int) -> Names:
    if stream == 0:
        return "s_axis_tdata", "s_axis_tvalid", "s_axis_tready"
    if stream == flow.output:
        return "m_axis_tdata", "m_axis_tvalid", "m_axis_tready"
    return f"data_{stream}", f"valid_{stream}", f"ready_{stream}"


def _wires(flow: Dataflow) -> list[str]:
    inner = [(i, bits) for i, bits in enumerate(flow.bits) if i not in (0, flow.output)]
    return [f"  logic [{bits - 1}:0] data_{i};\n  logic valid_{i}, ready_{i};\n" for i, bits in inner]


def _unit(i: int, unit: Unit, s: Names, m: Names, files: dict[str, str]) -> str:
    parameters = [f".{k}({v})" for k, v in unit.parameters.items()] + [f'.{k}("{v}")' for k, v in files.items()]
    inside = ", ".join(parameters)
    return f"""\
  {unit.module}{f" #({inside})" if parameters else ""} u_{i} (
    .clk_i, .rst_ni,
    .s_axis_tdata({s[0]}), .s_axis_tvalid({s[1]}), .s_axis_tready({s[2]}),
    .m_axis_tdata({m[0]}), .m_axis_tvalid({m[1]}), .m_axis_tready({m[2]})
  );

"""


def _fork(i: int, s: Names, targets: list[Names]) -> str:
    data = "".join(f"  assign {target[0]} = {s[0]};\n" for target in targets)
    return f"""\
{data}  ef_fork #(.Outputs({len(targets)})) u_{i} (
    .clk_i, .rst_ni,
    .s_axis_tvalid({s[1]}), .s_axis_tready({s[2]}),
    .m_axis_tvalid({_side_by_side(targets, 1)}), .m_axis_tready({_side_by_side(targets, 2)})
  );

"""


def _join(i: int, sources: list[Names], m: Names) -> str:
    return f"""\
  assign {m[0]} = {_side_by_side(sources, 0)};
  ef_join #(.Inputs({len(sources)})) u_{i} (
    .s_axis_tvalid({_side_by_side(sources, 1)}), .s_axis_tready({_side_by_side(sources, 2)}),
    .m_axis_tvalid({m[1]}), .m_axis_tready({m[2]})
  );

"""


def _side_by_side(streams: list[Names], which: int) -> str:
    """The first one low."""
    return "{" + ", ".join(names[which] for names in reversed(streams)) + "}"
