// Upsize: collects Ratio narrow beats into one wide beat, first beat in the low bits.
//
// Golden: edgeflow/rtl/gears.py. Latency: the wide beat is valid one cycle after its last narrow beat is accepted.
// Throughput: one narrow beat a cycle; the next frame's first beat enters while the wide beat leaves.

module ef_upsize #(
  parameter int unsigned Width = 8,  // narrow beat, bits
  parameter int unsigned Ratio = 4   // narrow beats in a wide one
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,  // synchronous, resets control only

  input  logic [Width-1:0]       s_axis_tdata,
  input  logic                   s_axis_tvalid,
  output logic                   s_axis_tready,

  output logic [Ratio*Width-1:0] m_axis_tdata,
  output logic                   m_axis_tvalid,
  input  logic                   m_axis_tready
);

  if (Ratio < 2) begin : gen_bad_parameters
    $error("ef_upsize: Ratio must be at least 2");
  end

  localparam int unsigned CountWidth = $clog2(Ratio);
  localparam logic [CountWidth-1:0] Last = CountWidth'(Ratio - 1);

  logic [CountWidth-1:0] count_q;
  logic                  full_q, accept;

  assign s_axis_tready = !full_q || m_axis_tready;
  assign m_axis_tvalid = full_q;
  assign accept        = s_axis_tvalid && s_axis_tready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= '0;
      full_q  <= 1'b0;
    end else begin
      if (accept) count_q <= (count_q == Last) ? '0 : count_q + 1'b1;
      if (accept && count_q == Last) full_q <= 1'b1;
      else if (m_axis_tready) full_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (accept) m_axis_tdata <= {s_axis_tdata, m_axis_tdata[Ratio*Width-1:Width]};
  end

endmodule
