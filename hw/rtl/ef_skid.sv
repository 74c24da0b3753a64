// Skid buffer: cuts the tready path. s_axis_tready is a register, so a whole pipeline can hang on it.
//
// Golden: edgeflow/rtl/unrolled.py. Latency: 0 cycles; a beat waits here only while the output stalls.
// Throughput: one beat a cycle.

module ef_skid #(
  parameter int unsigned Width = 8  // beat, bits
) (
  input  logic             clk_i,
  input  logic             rst_ni,  // synchronous, resets control only

  input  logic [Width-1:0] s_axis_tdata,
  input  logic             s_axis_tvalid,
  output logic             s_axis_tready,

  output logic [Width-1:0] m_axis_tdata,
  output logic             m_axis_tvalid,
  input  logic             m_axis_tready
);

  if (Width == 0) begin : gen_bad_parameters
    $error("ef_skid: Width must be at least 1");
  end

  logic [Width-1:0] waiting_q;
  logic             full_q;

  assign s_axis_tready = !full_q;
  assign m_axis_tvalid = full_q || s_axis_tvalid;
  assign m_axis_tdata  = full_q ? waiting_q : s_axis_tdata;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) full_q <= 1'b0;
    else full_q <= m_axis_tvalid && !m_axis_tready;
  end

  always_ff @(posedge clk_i) begin
    if (!full_q) waiting_q <= s_axis_tdata;
  end

endmodule
