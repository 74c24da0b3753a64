// Clock of the core from the board's oscillator by the ECP5's PLL: clk_o = clk_i * FeedbackDiv / InputDiv.
//
// The oscillator between runs at clk_o * OutputDiv, 400 to 800 MHz; edgeflow/families/ecp5.py has the limits and
// edgeflow/families/_pll.py finds the three dividers.
// For simulation sim/ef_pll.sv takes this file's place.

module ef_pll_ecp5 #(
  parameter int unsigned InputDiv    = 1,
  parameter int unsigned FeedbackDiv = 4,
  parameter int unsigned OutputDiv   = 6
) (
  input  logic clk_i,
  output logic clk_o,
  output logic locked_o
);

  // The attributes set the loop filter as Project Trellis' ecppll does for every frequency.
  (* ICP_CURRENT = "12", LPF_RESISTOR = "8", MFG_ENABLE_FILTEROPAMP = "1", MFG_GMCREF_SEL = "2" *)
  EHXPLLL #(
    .PLLRST_ENA("DISABLED"),
    .INTFB_WAKE("DISABLED"),
    .STDBY_ENABLE("DISABLED"),
    .DPHASE_SOURCE("DISABLED"),
    .OUTDIVIDER_MUXA("DIVA"),
    .OUTDIVIDER_MUXB("DIVB"),
    .OUTDIVIDER_MUXC("DIVC"),
    .OUTDIVIDER_MUXD("DIVD"),
    .CLKI_DIV(int'(InputDiv)),
    .CLKOP_ENABLE("ENABLED"),
    .CLKOP_DIV(int'(OutputDiv)),
    .CLKOP_CPHASE(int'(OutputDiv - 1) / 2),
    .CLKOP_FPHASE(0),
    .FEEDBK_PATH("CLKOP"),
    .CLKFB_DIV(int'(FeedbackDiv))
  ) u_pll (
    .RST(1'b0),
    .STDBY(1'b0),
    .CLKI(clk_i),
    .CLKOP(clk_o),
    .CLKFB(clk_o),
    .PHASESEL0(1'b0),
    .PHASESEL1(1'b0),
    .PHASEDIR(1'b1),
    .PHASESTEP(1'b1),
    .PHASELOADREG(1'b1),
    .PLLWAKESYNC(1'b0),
    .ENCLKOP(1'b0),
    .LOCK(locked_o)
  );

endmodule
