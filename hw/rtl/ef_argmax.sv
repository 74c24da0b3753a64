// Argmax: the index of the greatest of Features values; of equal ones the first.
//
// Golden: edgeflow/kernels/argmax.py. One value a cycle. Latency: the index is valid one cycle after the last value is
// accepted. Throughput: one frame in Features cycles; the next frame's values enter while the index waits, all but the
// last one.

module ef_argmax #(
  parameter int unsigned Features = 10,
  parameter int unsigned XWidth   = 16,  // value, bits
  parameter bit          XSigned  = 1'b1,
  parameter int unsigned YWidth   = 4    // index, bits
) (
  input  logic              clk_i,
  input  logic              rst_ni,  // synchronous, resets control only

  input  logic [XWidth-1:0] s_axis_tdata,
  input  logic              s_axis_tvalid,
  output logic              s_axis_tready,

  output logic [YWidth-1:0] m_axis_tdata,
  output logic              m_axis_tvalid,
  input  logic              m_axis_tready
);

  if (Features == 0 || (Features > 1 && $clog2(Features) > YWidth)) begin : gen_bad_parameters
    $error("ef_argmax: Features must be at least 1 and its last index must fit YWidth bits");
  end

  localparam logic [YWidth-1:0] Last = YWidth'(Features - 1);

  logic [YWidth-1:0]      index_q, best_q, winner;
  logic signed [XWidth:0] value, most_q;
  logic                   done_q, accept, last, better;

  assign last          = index_q == Last;
  assign s_axis_tready = !last || !done_q || m_axis_tready;
  assign accept        = s_axis_tvalid && s_axis_tready;
  assign value         = {XSigned && s_axis_tdata[XWidth-1], s_axis_tdata};
  assign better        = index_q == '0 || value > most_q;
  assign winner        = better ? index_q : best_q;
  assign m_axis_tvalid = done_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      index_q <= '0;
      done_q  <= 1'b0;
    end else begin
      if (accept) index_q <= last ? '0 : index_q + 1'b1;
      if (accept && last) done_q <= 1'b1;
      else if (m_axis_tready) done_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (accept && better) most_q <= value;
    if (accept) best_q <= winner;
    if (accept && last) m_axis_tdata <= winner;
  end

endmodule
