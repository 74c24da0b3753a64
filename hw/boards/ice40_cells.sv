// The ports and parameters of the iCE40 cells that boards use; Yosys and nextpnr know what is inside.

// verilator lint_off DECLFILENAME
// verilator lint_off UNUSED
// verilator lint_off UNDRIVEN
// Waived: the name is the vendor's, and the insides are the vendor's too.
(* blackbox *)
module SB_PLL40_PAD #(
  parameter             FEEDBACK_PATH = "SIMPLE",
  parameter logic [3:0] DIVR          = 4'd0,
  parameter logic [6:0] DIVF          = 7'd0,
  parameter logic [2:0] DIVQ          = 3'd0,
  parameter logic [2:0] FILTER_RANGE  = 3'd0
) (
  input  logic PACKAGEPIN, RESETB, BYPASS,
  output logic PLLOUTGLOBAL, LOCK
);
endmodule
