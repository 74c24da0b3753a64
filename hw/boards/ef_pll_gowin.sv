// Clock of the core from the board's oscillator by a Gowin rPLL: clk_o = clk_i * FeedbackDiv / InputDiv.
//
// The oscillator between runs at clk_o * OutputDiv; edgeflow/families/gw1n.py and gw2a.py have the limits and
// edgeflow/families/_pll.py finds the three dividers.
// For simulation sim/ef_pll.sv takes this file's place.

module ef_pll_gowin #(
  parameter              Device      = "GW1NR-9C",
  parameter              InputMhz    = "27",  // the loop filter is set from it
  parameter int unsigned InputDiv    = 1,
  parameter int unsigned FeedbackDiv = 2,
  parameter int unsigned OutputDiv   = 16
) (
  input  logic clk_i,
  output logic clk_o,
  output logic locked_o
);

  rPLL #(
    .DEVICE(Device),
    .FCLKIN(InputMhz),
    .IDIV_SEL(int'(InputDiv - 1)),
    .FBDIV_SEL(int'(FeedbackDiv - 1)),
    .ODIV_SEL(int'(OutputDiv)),
    .CLKFB_SEL("internal")
  ) u_pll (
    .CLKIN(clk_i),
    .CLKFB(1'b0),
    .RESET(1'b0),
    .RESET_P(1'b0),
    .FBDSEL(6'd0),
    .IDSEL(6'd0),
    .ODSEL(6'd0),
    .PSDA(4'd0),
    .DUTYDA(4'd0),
    .FDLY(4'd0),
    .CLKOUT(clk_o),
    .LOCK(locked_o)
  );

endmodule
