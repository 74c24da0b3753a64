// Clock of the core from the board's oscillator by the iCE40's PLL: clk_o = clk_i * FeedbackDiv / InputDiv / OutputDiv.
//
// The oscillator between runs at clk_i * FeedbackDiv / InputDiv, 533 to 1066 MHz; edgeflow/families/ice40.py has the
// limits and edgeflow/families/_pll.py finds the three dividers. clk_i must be the pin beside the PLL.
// Limits: OutputDiv is a power of two; clk_i / InputDiv is below 17 MHz, which the loop filter is set for.
// For simulation sim/ef_pll.sv takes this file's place.

module ef_pll_ice40 #(
  parameter int unsigned InputDiv    = 1,
  parameter int unsigned FeedbackDiv = 64,
  parameter int unsigned OutputDiv   = 32
) (
  input  logic clk_i,
  output logic clk_o,
  output logic locked_o
);

  if (OutputDiv != 2 ** $clog2(OutputDiv)) begin : gen_bad_parameters
    $error("ef_pll_ice40: OutputDiv must be a power of two");
  end

  SB_PLL40_PAD #(
    .FEEDBACK_PATH("SIMPLE"),
    .DIVR(4'(InputDiv - 1)),
    .DIVF(7'(FeedbackDiv - 1)),
    .DIVQ(3'($clog2(OutputDiv))),
    .FILTER_RANGE(3'd1)
  ) u_pll (
    .PACKAGEPIN(clk_i),
    .PLLOUTGLOBAL(clk_o),
    .LOCK(locked_o),
    .RESETB(1'b1),
    .BYPASS(1'b0)
  );

endmodule
