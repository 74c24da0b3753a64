// The ports and parameters of the ECP5 cells that boards use; Yosys and nextpnr know what is inside.

// verilator lint_off DECLFILENAME
// verilator lint_off UNUSED
// verilator lint_off UNDRIVEN
// Waived: the name is the vendor's, and the insides are the vendor's too.
(* blackbox *)
module EHXPLLL #(
  parameter        PLLRST_ENA     = "DISABLED",
  parameter        INTFB_WAKE     = "DISABLED",
  parameter        STDBY_ENABLE   = "DISABLED",
  parameter        DPHASE_SOURCE  = "DISABLED",
  parameter        OUTDIVIDER_MUXA = "DIVA",
  parameter        OUTDIVIDER_MUXB = "DIVB",
  parameter        OUTDIVIDER_MUXC = "DIVC",
  parameter        OUTDIVIDER_MUXD = "DIVD",
  parameter int    CLKI_DIV       = 1,
  parameter        CLKOP_ENABLE   = "ENABLED",
  parameter int    CLKOP_DIV      = 8,
  parameter int    CLKOP_CPHASE   = 0,
  parameter int    CLKOP_FPHASE   = 0,
  parameter        FEEDBK_PATH    = "CLKOP",
  parameter int    CLKFB_DIV      = 1
) (
  input  logic CLKI, CLKFB, RST, STDBY, PLLWAKESYNC, ENCLKOP,
  input  logic PHASESEL0, PHASESEL1, PHASEDIR, PHASESTEP, PHASELOADREG,
  output logic CLKOP, LOCK
);
endmodule
