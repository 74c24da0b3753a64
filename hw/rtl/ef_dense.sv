// Matrix unit, folded: y[o] = bias[o] + sum_i x[i] * weight[i][o], exact in YWidth bits, one position after the other.
//
// Golden: edgeflow/kernels/dense.py, conv.py and, Channelwise, depthwise.py (y[o] sees the taps of channel o alone).
// Pe outputs and Simd inputs a cycle; weights in block memory, products in DSPs, narrow ones in LUTs.
// Latency: 6 + TreeStages cycles from the last input beat of an output fold to its output beat; with Replay the
//   position's beats pass ef_replay first, two cycles more.
// Throughput: one position in InFolds * OutFolds cycles. Everything holds still while an output waits.

module ef_dense #(
  parameter int unsigned InFolds  = 4,   // inputs of a position (Channelwise: taps) / Simd
  parameter int unsigned OutFolds = 2,   // outputs of a position / Pe
  parameter int unsigned Simd     = 2,
  parameter int unsigned Pe       = 2,
  parameter int unsigned XWidth   = 8,   // input, bits
  parameter bit          XSigned  = 1'b1,
  parameter int unsigned WWidth   = 4,   // weight, bits
  parameter bit          WSigned  = 1'b1,
  parameter int unsigned YWidth   = 16,  // accumulator, bits; sized from the real weights
  parameter bit          Replay      = 1'b1,  // a position comes once and is repeated here; else it comes OutFolds times
  parameter bit          Channelwise = 1'b0,  // a beat is Simd taps of Pe channels, each channel for its own output
  parameter              WeightFile = "",  // OutFolds * InFolds rows of Pe * Simd weights, Simd fastest
  parameter              BiasFile   = ""   // OutFolds rows of Pe biases
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,  // synchronous, resets control only

  input  logic [(Channelwise ? Pe : 1)*Simd*XWidth-1:0] s_axis_tdata,
  input  logic                   s_axis_tvalid,
  output logic                   s_axis_tready,

  output logic [Pe*YWidth-1:0]   m_axis_tdata,
  output logic                   m_axis_tvalid,
  input  logic                   m_axis_tready
);

  if (InFolds == 0 || OutFolds == 0 || Simd == 0 || Pe == 0) begin : gen_bad_parameters
    $error("ef_dense: InFolds, OutFolds, Simd and Pe must be at least 1");
  end

  localparam int unsigned Rows         = InFolds * OutFolds;
  localparam int unsigned RowWidth     = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int unsigned IndexWidth   = (InFolds > 1) ? $clog2(InFolds) : 1;
  localparam int unsigned FoldWidth    = (OutFolds > 1) ? $clog2(OutFolds) : 1;
  localparam int unsigned Levels       = $clog2(Simd);
  localparam int unsigned TreeStages   = (Levels + 1) / 2;  // a register after every second level
  localparam int unsigned Depth        = 5 + TreeStages;    // registers before the accumulator
  localparam int unsigned ProductWidth = XWidth + WWidth + 2;
  localparam int unsigned LutProduct   = 16;  // products of no more bits are added up in LUTs: multipliers lie far apart
  localparam int unsigned BeatWidth    = (Channelwise ? Pe : 1) * Simd * XWidth;
  localparam logic [RowWidth-1:0]   LastRow   = RowWidth'(Rows - 1);
  localparam logic [IndexWidth-1:0] LastIndex = IndexWidth'(InFolds - 1);
  localparam logic [FoldWidth-1:0]  LastFold  = FoldWidth'(OutFolds - 1);

  // The beats of a position, once for each output fold.
  logic [BeatWidth-1:0] beat;
  logic                 beat_valid, advance;

  if (Replay && OutFolds > 1) begin : gen_replay
    ef_replay #(
      .Width(BeatWidth), .Beats(InFolds), .Repeats(OutFolds)
    ) u_replay (
      .clk_i, .rst_ni, .s_axis_tdata, .s_axis_tvalid, .s_axis_tready,
      .m_axis_tdata(beat), .m_axis_tvalid(beat_valid), .m_axis_tready(advance)
    );
  end else begin : gen_direct
    assign beat          = s_axis_tdata;
    assign beat_valid    = s_axis_tvalid;
    assign s_axis_tready = advance;
  end

  // Place in the position, and the same for the beat in each pipeline register.
  logic [RowWidth-1:0]   row_q;
  logic [IndexWidth-1:0] index_q;
  logic [FoldWidth-1:0]  fold_q;
  logic [Depth:1]                valid_q, first_q, last_q;
  logic [Depth:1][FoldWidth-1:0] in_fold_q;
  logic                  out_valid_q, accept;

  assign advance       = !out_valid_q || m_axis_tready;
  assign accept        = beat_valid && advance;
  assign m_axis_tvalid = out_valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      row_q       <= '0;
      index_q     <= '0;
      fold_q      <= '0;
      valid_q     <= '0;
      out_valid_q <= 1'b0;
    end else begin
      if (accept) begin
        row_q   <= (row_q == LastRow) ? '0 : row_q + 1'b1;
        index_q <= (index_q == LastIndex) ? '0 : index_q + 1'b1;
        if (index_q == LastIndex) fold_q <= (fold_q == LastFold) ? '0 : fold_q + 1'b1;
      end
      if (advance) begin
        valid_q     <= {valid_q[Depth-1:1], beat_valid};
        out_valid_q <= valid_q[Depth] && last_q[Depth];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      first_q   <= {first_q[Depth-1:1], index_q == '0};
      last_q    <= {last_q[Depth-1:1], index_q == LastIndex};
      in_fold_q <= {in_fold_q[Depth-1:1], fold_q};
    end
  end

  // Operands, from block memory and from the stream: a second register, because a block memory answers late, and a third,
  // as there is a second one behind the product, because multipliers lie far from both (it took a convolutional network
  // from 69 to 101 MHz on ECP5).
  (* ram_style = "block" *) logic [Pe*Simd*WWidth-1:0] weight_rom [Rows];
  logic [Pe*Simd*WWidth-1:0] read_q, near_read_q, weights_q;
  logic [BeatWidth-1:0]      early_q, near_early_q, beat_q;
  initial $readmemh(WeightFile, weight_rom);

  always_ff @(posedge clk_i) begin
    if (advance) begin
      read_q       <= weight_rom[row_q];
      near_read_q  <= read_q;
      weights_q    <= near_read_q;
      early_q      <= beat;
      near_early_q <= early_q;
      beat_q       <= near_early_q;
    end
  end

  logic [Pe*YWidth-1:0] bias_rom [OutFolds];
  logic [Pe*YWidth-1:0] bias_q;
  initial $readmemh(BiasFile, bias_rom);

  always_ff @(posedge clk_i) begin
    if (advance) bias_q <= bias_rom[in_fold_q[Depth-1]];
  end

  for (genvar p = 0; p < int'(Pe); p++) begin : gen_pe
    logic [Simd-1:0][YWidth-1:0] early_product_q, product_q;

    for (genvar s = 0; s < int'(Simd); s++) begin : gen_product
      localparam int unsigned Lane = Channelwise ? s * Pe + p : s;
      logic signed [XWidth:0]         x;
      // verilator lint_off UNUSEDSIGNAL  // products in LUTs take a weight's bits without their sign
      logic signed [WWidth:0]         w;
      // verilator lint_on UNUSEDSIGNAL
      // Full width, because the operand of a size cast is self-determined.
      // verilator lint_off UNUSEDSIGNAL  // a narrow sum needs no more than its own bits of a product
      logic signed [ProductWidth-1:0] product;
      // verilator lint_on UNUSEDSIGNAL

      assign x       = {XSigned && beat_q[Lane*XWidth + XWidth-1], beat_q[Lane*XWidth +: XWidth]};
      assign w       = {WSigned && weights_q[(p*Simd + s)*WWidth + WWidth-1], weights_q[(p*Simd + s)*WWidth +: WWidth]};
      if (XWidth * WWidth > LutProduct && WWidth > 2) begin : gen_multiplied
        assign product = x * w;
      end else begin : gen_added
        always_comb begin
          product = '0;
          for (int unsigned b = 0; b + 1 < WWidth; b++) product += w[b] ? ProductWidth'(x) <<< b : '0;
          if (w[WWidth-1]) product += (WSigned ? -ProductWidth'(x) : ProductWidth'(x)) <<< (WWidth - 1);
        end
      end

      always_ff @(posedge clk_i) begin
        if (advance) {product_q[s], early_product_q[s]} <= {early_product_q[s], YWidth'(product)};
      end
    end

    // Sums are modulo 2**YWidth, which is exact because the whole sum fits.
    for (genvar l = 0; l < int'(Levels); l++) begin : gen_level
      localparam int unsigned Terms = (Simd + (1 << l) - 1) >> l;
      localparam int unsigned Sums  = (Terms + 1) / 2;
      logic [Terms-1:0][YWidth-1:0] terms;
      logic [Sums-1:0][YWidth-1:0]  sums_d, sums;

      if (l == 0) begin : gen_first
        assign terms = product_q;
      end else begin : gen_next
        assign terms = gen_level[l-1].sums;
      end

      for (genvar i = 0; i < int'(Sums); i++) begin : gen_sum
        if (2 * i + 1 < Terms) begin : gen_pair
          assign sums_d[i] = terms[2*i] + terms[2*i+1];
        end else begin : gen_single
          assign sums_d[i] = terms[2*i];
        end
      end

      if (l % 2 == 1 || l == int'(Levels) - 1) begin : gen_registered
        always_ff @(posedge clk_i) begin
          if (advance) sums <= sums_d;
        end
      end else begin : gen_through
        assign sums = sums_d;
      end
    end

    logic [YWidth-1:0] addend, start, total, acc_q;

    if (Levels == 0) begin : gen_no_tree
      assign addend = product_q[0];
    end else begin : gen_tree
      assign addend = gen_level[Levels-1].sums[0];
    end

    assign start = first_q[Depth] ? bias_q[p*YWidth +: YWidth] : acc_q;
    assign total = start + addend;

    always_ff @(posedge clk_i) begin
      if (advance && valid_q[Depth]) begin
        acc_q <= total;
        if (last_q[Depth]) m_axis_tdata[p*YWidth +: YWidth] <= total;
      end
    end
  end

endmodule
