"""The top module: units in a row, stream to stream."""

from collections.abc import Sequence

from edgeflow.kernels._unit import Unit
from edgeflow.rtl.design import Stream


def top_module(
    name: str, units: Sequence[Unit], s_axis: Stream, m_axis: Stream, latency: int, interval: int, files: dict[str, str]
) -> str:
    """SystemVerilog of the top; ``files`` maps "<unit index>.<parameter>" to the memory's file name."""
    wires = [
        f"  logic [{unit.in_bits - 1}:0] data_{i};\n  logic valid_{i}, ready_{i};\n"
        for i, unit in enumerate(units)
        if i
    ]
    instances = [
        _instance(i, unit, len(units), {p: files[f"{i}.{p}"] for p in unit.memories}) for i, unit in enumerate(units)
    ]
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

{"".join(wires)}
{"".join(instances)}endmodule
"""


def _instance(i: int, unit: Unit, count: int, files: dict[str, str]) -> str:
    parameters = [f".{k}({v})" for k, v in unit.parameters.items()] + [f'.{k}("{v}")' for k, v in files.items()]
    inside = ", ".join(parameters)
    s = ("s_axis_tdata", "s_axis_tvalid", "s_axis_tready") if i == 0 else (f"data_{i}", f"valid_{i}", f"ready_{i}")
    j = i + 1
    m = ("m_axis_tdata", "m_axis_tvalid", "m_axis_tready") if j == count else (f"data_{j}", f"valid_{j}", f"ready_{j}")
    return f"""\
  {unit.module}{f" #({inside})" if parameters else ""} u_{i} (
    .clk_i, .rst_ni,
    .s_axis_tdata({s[0]}), .s_axis_tvalid({s[1]}), .s_axis_tready({s[2]}),
    .m_axis_tdata({m[0]}), .m_axis_tvalid({m[1]}), .m_axis_tready({m[2]})
  );

"""
