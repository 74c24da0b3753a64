// Yosys technology map: $add and $sub to ECP5 carry chains without wasted cells.
//
// The stock map ties a constant to the first CIN and leaves the last COUT connected; nextpnr then spends a CCU2C on
// feeding the constant in and one on feeding the unused carry out, four LUTs for each adder. Here the carry starts in
// the lower half of the first CCU2C: with C and D high its LUT4 is 0, so COUT is its LUT2 whatever CIN floats to
// (Lattice FPGA-TN-02201, CCU2C; nextpnr's own feed-in cell is made the same way).
//
// An even width starts from bit 0's own carry, its sum is one LUT; an odd width starts from the constant carry.
// Cost: width + 1 LUTs; for one or two bits, width LUTs and no chain.

(* techmap_celltype = "$add $sub" *)
module ef_ecp5_add (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CELLTYPE_ = "";

  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;

  localparam Subtract = _TECHMAP_CELLTYPE_ == "$sub";
  localparam Even = Y_WIDTH % 2 == 0;
  localparam Cells = (Y_WIDTH + 1) / 2;
  localparam [15:0] Sum = Subtract ? 16'h900a : 16'h600a;  // LUT4 propagates, LUT2 generates A
  localparam [15:0] FirstCarry = Subtract ? 16'h000b : 16'h0008;  // of bit 0 alone
  localparam [15:0] ConstantCarry = Subtract ? 16'h000f : 16'h0000;

  wire [Y_WIDTH-1:0] a, b;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_b (.A(B), .Y(b));

  generate
    if (Y_WIDTH <= 2) begin
      wire carry = Subtract ? a[0] | ~b[0] : a[0] & b[0];
      assign Y[0] = a[0] ^ b[0];
      if (Y_WIDTH == 2) assign Y[1] = a[1] ^ b[1] ^ Subtract ^ carry;
    end else begin
      // Half h of the chain adds bit h (even widths) or bit h - 1 (odd widths); half 0 only starts the carry.
      wire [2*Cells-1:0] ha = Even ? a : {a, 1'b1};
      wire [2*Cells-1:0] hb = Even ? b : {b, 1'b1};
      wire [2*Cells-1:0] sum;
      wire [Cells:0] carry;
      genvar i;
      for (i = 0; i < Cells; i = i + 1) begin : pair
        if (i == 0) begin
          CCU2C #(
            .INIT0(Even ? FirstCarry : ConstantCarry), .INIT1(Sum), .INJECT1_0("NO"), .INJECT1_1("NO")
          ) cell_i (
            .A0(ha[0]), .B0(hb[0]), .C0(1'b1), .D0(1'b1), .A1(ha[1]), .B1(hb[1]), .C1(1'b1), .D1(1'b1),
            .CIN(1'bx), .COUT(carry[1]), .S0(), .S1(sum[1])
          );
        end else if (i == Cells - 1) begin
          CCU2C #(.INIT0(Sum), .INIT1(Sum), .INJECT1_0("NO"), .INJECT1_1("NO")) cell_i (
            .A0(ha[2*i]), .B0(hb[2*i]), .C0(1'b1), .D0(1'b1), .A1(ha[2*i+1]), .B1(hb[2*i+1]), .C1(1'b1), .D1(1'b1),
            .CIN(carry[i]), .S0(sum[2*i]), .S1(sum[2*i+1])
          );
        end else begin
          CCU2C #(.INIT0(Sum), .INIT1(Sum), .INJECT1_0("NO"), .INJECT1_1("NO")) cell_i (
            .A0(ha[2*i]), .B0(hb[2*i]), .C0(1'b1), .D0(1'b1), .A1(ha[2*i+1]), .B1(hb[2*i+1]), .C1(1'b1), .D1(1'b1),
            .CIN(carry[i]), .COUT(carry[i+1]), .S0(sum[2*i]), .S1(sum[2*i+1])
          );
        end
      end
      assign Y = Even ? {sum[2*Cells-1:1], a[0] ^ b[0]} : sum[2*Cells-1:1];
    end
  endgenerate
endmodule
