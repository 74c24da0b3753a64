// Fork: each beat to every output, each when that output is ready for it.
//
// Golden: edgeflow/rtl/dataflow.py. The beat is done when all have it, so valid waits for nobody.
// Latency: none. Throughput: one beat a cycle.

module ef_fork #(
  parameter int unsigned Outputs = 2
) (
  input  logic               clk_i,
  input  logic               rst_ni,  // synchronous

  input  logic               s_axis_tvalid,  // tdata goes past this module
  output logic               s_axis_tready,

  output logic [Outputs-1:0] m_axis_tvalid,
  input  logic [Outputs-1:0] m_axis_tready
);

  if (Outputs < 2) begin : gen_bad_parameters
    $error("ef_fork: Outputs must be at least 2");
  end

  logic [Outputs-1:0] done_q;

  assign m_axis_tvalid = {Outputs{s_axis_tvalid}} & ~done_q;
  assign s_axis_tready = &(done_q | m_axis_tready);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || (s_axis_tvalid && s_axis_tready)) done_q <= '0;
    else if (s_axis_tvalid) done_q <= done_q | m_axis_tready;
  end

endmodule
