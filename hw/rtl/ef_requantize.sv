// Requantize: y = limit(relu(round(x / 2**Drop) * 2**Raise)) on each lane, as ap_fixed assigns.
//
// Golden: edgeflow/kernels/requantize.py and relu.py. Latency: 2 cycles. Throughput: one beat a cycle.
// The numbers of Rounding and Overflow are the places in edgeflow.fixedpoint's enumerations.

module ef_requantize #(
  parameter int unsigned Lanes    = 1,
  parameter int unsigned XWidth   = 16,  // input, bits
  parameter bit          XSigned  = 1'b1,
  parameter int unsigned YWidth   = 8,   // output, bits
  parameter bit          YSigned  = 1'b1,
  parameter int unsigned Drop     = 4,   // fraction bits dropped
  parameter int unsigned Raise    = 0,   // fraction bits appended
  parameter int unsigned Rounding = 0,   // 0 TRN 1 TRN_ZERO 2 RND 3 RND_ZERO 4 RND_INF 5 RND_MIN_INF 6 RND_CONV
  parameter int unsigned Overflow = 0,   // 0 WRAP 1 SAT 2 SAT_SYM
  parameter bit          Relu     = 1'b0
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,  // synchronous, resets control only

  input  logic [Lanes*XWidth-1:0] s_axis_tdata,
  input  logic                    s_axis_tvalid,
  output logic                    s_axis_tready,

  output logic [Lanes*YWidth-1:0] m_axis_tdata,
  output logic                    m_axis_tvalid,
  input  logic                    m_axis_tready
);

  if (Rounding > 6 || Overflow > 2 || (Drop > 0 && Raise > 0)) begin : gen_bad_parameters
    $error("ef_requantize: Rounding is 0..6, Overflow is 0..2, and one of Drop and Raise is 0");
  end

  // One sign bit, one bit for the rounding offset, and room for the limits of y.
  localparam int unsigned Wide   = (XWidth + Raise > YWidth ? XWidth + Raise : YWidth) + 2;
  localparam int unsigned Offset = (Wide > Drop ? Wide : Drop) + 1;
  localparam logic signed [Wide-1:0] High = (Wide'(1) << (YWidth - (YSigned ? 1 : 0))) - 1'b1;
  localparam logic signed [Wide-1:0] Low  = !YSigned ? '0 : (Overflow == 2 && YWidth > 1) ? -High : -High - 1'b1;

  logic valid_q, out_valid_q, advance;

  assign advance       = !out_valid_q || m_axis_tready;
  assign s_axis_tready = advance;
  assign m_axis_tvalid = out_valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {out_valid_q, valid_q} <= '0;
    else if (advance) {out_valid_q, valid_q} <= {valid_q, s_axis_tvalid};
  end

  for (genvar i = 0; i < int'(Lanes); i++) begin : gen_lane
    logic signed [Offset-1:0] x, sum;
    // verilator lint_off UNUSEDSIGNAL  // the top bits of floor_half repeat its sign, those of limited are past y
    logic signed [Offset-1:0] floor_half;
    logic signed [Wide-1:0]   limited;
    // verilator lint_on UNUSEDSIGNAL
    logic signed [Wide-1:0]   rounded, rounded_q, positive;
    logic                     negative;

    assign negative = XSigned && s_axis_tdata[i*XWidth + XWidth-1];
    assign x        = {{(Offset - XWidth){negative}}, s_axis_tdata[i*XWidth +: XWidth]};

    if (Drop == 0) begin : gen_exact
      assign sum        = x <<< Raise;
      assign floor_half = sum;
      assign rounded    = floor_half[Wide-1:0];
    end else begin : gen_round
      localparam logic signed [Offset-1:0] Half = Offset'(1) <<< (Drop - 1);
      always_comb begin
        unique case (Rounding)
          1: sum = x + (negative ? (Half <<< 1) - 1'b1 : '0);  // toward zero
          2, 6: sum = x + Half;
          3: sum = x + (negative ? Half : Half - 1'b1);
          4: sum = x + (negative ? Half - 1'b1 : Half);
          5: sum = x + Half - 1'b1;
          default: sum = x;
        endcase
      end
      assign floor_half = sum >>> Drop;
      // Half to even: half was added, so an exact tie shows as dropped bits that are all zero.
      assign rounded = {floor_half[Wide-1:1], floor_half[0] && !(Rounding == 6 && sum[Drop-1:0] == '0)};
    end

    assign positive = (Relu && rounded_q < 0) ? '0 : rounded_q;
    assign limited  = (Overflow == 0) ? positive : (positive > High) ? High : (positive < Low) ? Low : positive;

    always_ff @(posedge clk_i) begin
      if (advance) begin
        rounded_q                       <= rounded;
        m_axis_tdata[i*YWidth +: YWidth] <= limited[YWidth-1:0];
      end
    end
  end

endmodule
