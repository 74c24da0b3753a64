// The simulator's stand-in for hw/boards/ef_pll_*.sv: passes the clock on, "locks" after 16 edges.
//
// Parameters are ignored: the bench drives the board's clock pin at the core's frequency. EF_PLL is the name of the
// module it stands for.

module `EF_PLL #(
  // Of the PLLs it stands for.
  // verilator lint_off UNUSEDPARAM
  parameter              Device      = "",
  parameter              InputMhz    = "",
  parameter int unsigned InputDiv    = 1,
  parameter int unsigned FeedbackDiv = 4,
  parameter int unsigned OutputDiv   = 6
  // verilator lint_on UNUSEDPARAM
) (
  input  logic clk_i,
  output logic clk_o,
  output logic locked_o
);

  logic [4:0] count_q;
  initial count_q = '0;

  assign clk_o    = clk_i;
  assign locked_o = count_q[4];

  always_ff @(posedge clk_i) if (!locked_o) count_q <= count_q + 1'b1;

endmodule
