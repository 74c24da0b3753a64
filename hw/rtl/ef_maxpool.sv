// Max pooling: the greatest of InFolds * Simd taps, for each of Pe channels.
//
// Golden: edgeflow/kernels/maxpool.py. A beat is Simd taps of Pe channels; ef_window sends them in that order.
// Latency: 2 cycles from the last beat of a window to its output beat.
// Throughput: one beat a cycle; Pe outputs in InFolds cycles. Everything holds still while an output waits.

module ef_maxpool #(
  parameter int unsigned InFolds = 4,    // taps / Simd
  parameter int unsigned Simd    = 1,
  parameter int unsigned Pe      = 1,
  parameter int unsigned Width   = 8,    // value, bits
  parameter bit          Signed  = 1'b0
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,  // synchronous, resets control only

  input  logic [Simd*Pe*Width-1:0] s_axis_tdata,
  input  logic                     s_axis_tvalid,
  output logic                     s_axis_tready,

  output logic [Pe*Width-1:0]      m_axis_tdata,
  output logic                     m_axis_tvalid,
  input  logic                     m_axis_tready
);

  if (InFolds == 0 || Simd == 0 || Pe == 0) begin : gen_bad_parameters
    $error("ef_maxpool: InFolds, Simd and Pe must be at least 1");
  end

  localparam int unsigned FoldWidth = (InFolds > 1) ? $clog2(InFolds) : 1;
  localparam logic [FoldWidth-1:0] LastFold = FoldWidth'(InFolds - 1);

  logic [FoldWidth-1:0] fold_q;
  logic first_q, last_q, valid_q, out_valid_q, advance;

  assign advance       = !out_valid_q || m_axis_tready;
  assign s_axis_tready = advance;
  assign m_axis_tvalid = out_valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fold_q <= '0;
      {valid_q, out_valid_q} <= '0;
    end else if (advance) begin
      if (s_axis_tvalid) fold_q <= (fold_q == LastFold) ? '0 : fold_q + 1'b1;
      valid_q     <= s_axis_tvalid;
      out_valid_q <= valid_q && last_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      first_q <= fold_q == '0;
      last_q  <= fold_q == LastFold;
    end
  end

  // An order of unsigned numbers: a signed one's sign bit is turned round.
  localparam logic [Width-1:0] Flip = Signed ? {1'b1, {(Width-1){1'b0}}} : '0;

  for (genvar p = 0; p < int'(Pe); p++) begin : gen_pe
    logic [Width-1:0] greatest, beat_q, so_far, winner, most_q;

    always_comb begin
      greatest = s_axis_tdata[p*Width +: Width] ^ Flip;
      for (int unsigned s = 1; s < Simd; s++) begin
        if ((s_axis_tdata[(s*Pe + p)*Width +: Width] ^ Flip) > greatest) begin
          greatest = s_axis_tdata[(s*Pe + p)*Width +: Width] ^ Flip;
        end
      end
    end

    assign so_far = first_q ? '0 : most_q;
    assign winner = (beat_q > so_far) ? beat_q : so_far;

    always_ff @(posedge clk_i) begin
      if (advance) beat_q <= greatest;
      if (advance && valid_q) begin
        most_q <= winner;
        if (last_q) m_axis_tdata[p*Width +: Width] <= winner ^ Flip;
      end
    end
  end

endmodule
