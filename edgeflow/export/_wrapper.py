"""The design as an AXI4-Stream IP: whole bytes, AXI's names, and TLAST at the end of a frame."""

from edgeflow.export._handed import Handed

CLOCK, RESET = "aclk", "aresetn"


def name(design: Handed) -> str:
    return f"{design.top}_axis"


def wrapper(design: Handed) -> str:
    """SystemVerilog of the wrapper."""
    in_bits, out_bits = (8 * (-(-bits // 8)) for bits in (design.in_bits, design.out_bits))
    padding = out_bits - design.out_bits
    data = f"{{{padding}'d0, y_tdata}}" if padding else "y_tdata"
    spare = f"&{{1'b0, s_axis_tdata[{in_bits - 1}:{design.in_bits}]}}" if in_bits > design.in_bits else "1'b0"
    return f"""\
// {design.top} with AXI4-Stream's names, data in whole bytes and TLAST at the end of each frame; made by edgeflow.
//
// s_axis: bits above the design's {design.in_bits} are ignored. m_axis: bits above its {design.out_bits} are zero.

module {name(design)} (
  input  logic {CLOCK},
  input  logic {RESET},

  input  logic [{in_bits - 1}:0] s_axis_tdata,
  input  logic s_axis_tvalid,
  output logic s_axis_tready,

  output logic [{out_bits - 1}:0] m_axis_tdata,
  output logic m_axis_tvalid,
  output logic m_axis_tlast,
  input  logic m_axis_tready
);

  localparam int unsigned Beats = {design.out_beats};
  localparam int unsigned CountWidth = (Beats > 1) ? $clog2(Beats) : 1;
  localparam logic [CountWidth-1:0] Last = CountWidth'(Beats - 1);

  logic [{design.out_bits - 1}:0] y_tdata;
  logic [CountWidth-1:0] count_q;
  logic unused;

  assign m_axis_tdata = {data};
  assign m_axis_tlast = count_q == Last;
  assign unused       = {spare};

  always_ff @(posedge {CLOCK}) begin
    if (!{RESET}) count_q <= '0;
    else if (m_axis_tvalid && m_axis_tready) count_q <= m_axis_tlast ? '0 : count_q + 1'b1;
  end

  {design.top} u_design (
    .clk_i({CLOCK}), .rst_ni({RESET}),
    .s_axis_tdata(s_axis_tdata[{design.in_bits - 1}:0]), .s_axis_tvalid, .s_axis_tready,
    .m_axis_tdata(y_tdata), .m_axis_tvalid, .m_axis_tready
  );

endmodule
"""
