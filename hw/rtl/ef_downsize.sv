// Downsize: hands a wide beat on as Ratio narrow beats, low bits first.
//
// Golden: edgeflow/rtl/gears.py. Latency: the first narrow beat is valid one cycle after the wide beat is accepted.
// Throughput: one narrow beat a cycle; the next wide beat enters while the last narrow one leaves.

module ef_downsize #(
  parameter int unsigned Width = 8,  // narrow beat, bits
  parameter int unsigned Ratio = 4   // narrow beats in a wide one
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,  // synchronous, resets control only

  input  logic [Ratio*Width-1:0] s_axis_tdata,
  input  logic                   s_axis_tvalid,
  output logic                   s_axis_tready,

  output logic [Width-1:0]       m_axis_tdata,
  output logic                   m_axis_tvalid,
  input  logic                   m_axis_tready
);

  if (Ratio < 2) begin : gen_bad_parameters
    $error("ef_downsize: Ratio must be at least 2");
  end

  localparam int unsigned CountWidth = $clog2(Ratio);
  localparam logic [CountWidth-1:0] Last = CountWidth'(Ratio - 1);

  logic [Ratio*Width-1:0] beats_q;
  logic [CountWidth-1:0]  count_q;
  logic                   busy_q, leave, accept;

  assign leave         = busy_q && m_axis_tready;
  assign s_axis_tready = !busy_q || (leave && count_q == Last);
  assign accept        = s_axis_tvalid && s_axis_tready;
  assign m_axis_tvalid = busy_q;
  assign m_axis_tdata  = beats_q[Width-1:0];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= '0;
      busy_q  <= 1'b0;
    end else begin
      if (leave) count_q <= (count_q == Last) ? '0 : count_q + 1'b1;
      if (accept) busy_q <= 1'b1;
      else if (leave && count_q == Last) busy_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (accept) beats_q <= s_axis_tdata;
    else if (leave) beats_q <= {{Width{1'b0}}, beats_q[Ratio*Width-1:Width]};
  end

endmodule
