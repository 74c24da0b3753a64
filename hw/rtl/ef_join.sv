// Join: one beat when every input has one; its data lie side by side, input 0 low.
//
// Golden: edgeflow/rtl/dataflow.py. Latency: none. Throughput: one beat a cycle.

module ef_join #(
  parameter int unsigned Inputs = 2
) (
  input  logic [Inputs-1:0] s_axis_tvalid,  // tdata goes past this module
  output logic [Inputs-1:0] s_axis_tready,

  output logic              m_axis_tvalid,
  input  logic              m_axis_tready
);

  if (Inputs < 2) begin : gen_bad_parameters
    $error("ef_join: Inputs must be at least 2");
  end

  assign m_axis_tvalid = &s_axis_tvalid;
  assign s_axis_tready = {Inputs{m_axis_tvalid && m_axis_tready}};

endmodule
