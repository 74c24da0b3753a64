// The ports and parameters of the Gowin cells that boards use; Yosys and nextpnr know what is inside.

// verilator lint_off DECLFILENAME
// verilator lint_off UNUSED
// verilator lint_off UNDRIVEN
// Waived: the name is the vendor's, and the insides are the vendor's too.
(* blackbox *)
module rPLL #(
  parameter     DEVICE    = "GW1N-1",
  parameter     FCLKIN    = "100.0",
  parameter int IDIV_SEL  = 0,
  parameter int FBDIV_SEL = 0,
  parameter int ODIV_SEL  = 8,
  parameter     CLKFB_SEL = "internal"
) (
  input  logic       CLKIN, CLKFB, RESET, RESET_P,
  input  logic [5:0] FBDSEL, IDSEL, ODSEL,
  input  logic [3:0] PSDA, DUTYDA, FDLY,
  output logic       CLKOUT, LOCK
);
endmodule
