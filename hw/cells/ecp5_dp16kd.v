// DP16KD as Yosys uses it: 18 kbit of block memory, two ports of 1 to 18 bits or one to write and one to read of 36.
//
// For simulating synthesized netlists (edgeflow/tools/cxxrtl.py): Yosys' own library has a black box. Ports and bits as
// its maps leave them (share/lattice/brams_map_16kd.v): a port's address counts bits, so narrow words lie in its high
// bits, and of ports of 18 or 36 bits the lowest address bits enable bytes of 9. Words of 1, 2 and 4 bits leave every
// ninth bit alone. INITVAL rows hold sixteen words of 18 bits, 20 bits apart.
//
// Outputs start at zero; RST clears them, enabled or not, and blocks a write. A port that
// reads what the other one writes gets the old value; the part promises nothing there, and Yosys does not rely on it.
// Limits: no output register, rising clocks, chip select 0; anything else stops elaboration.

module DP16KD (
  input DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8,
  input DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0,
  input ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
  input CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
  output DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8,
  output DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0,
  input DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8,
  input DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0,
  input ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
  input CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
  output DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8,
  output DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0
);
  parameter DATA_WIDTH_A = 18;
  parameter DATA_WIDTH_B = 18;
  parameter REGMODE_A = "NOREG";
  parameter REGMODE_B = "NOREG";
  parameter RESETMODE = "SYNC";
  parameter ASYNC_RESET_RELEASE = "SYNC";
  parameter CSDECODE_A = "0b000";
  parameter CSDECODE_B = "0b000";
  parameter WRITEMODE_A = "NORMAL";
  parameter WRITEMODE_B = "NORMAL";
  parameter CLKAMUX = "CLKA";
  parameter CLKBMUX = "CLKB";
  parameter GSR = "ENABLED";
  parameter [319:0] INITVAL_00 = 320'h0;
  parameter [319:0] INITVAL_01 = 320'h0;
  parameter [319:0] INITVAL_02 = 320'h0;
  parameter [319:0] INITVAL_03 = 320'h0;
  parameter [319:0] INITVAL_04 = 320'h0;
  parameter [319:0] INITVAL_05 = 320'h0;
  parameter [319:0] INITVAL_06 = 320'h0;
  parameter [319:0] INITVAL_07 = 320'h0;
  parameter [319:0] INITVAL_08 = 320'h0;
  parameter [319:0] INITVAL_09 = 320'h0;
  parameter [319:0] INITVAL_0A = 320'h0;
  parameter [319:0] INITVAL_0B = 320'h0;
  parameter [319:0] INITVAL_0C = 320'h0;
  parameter [319:0] INITVAL_0D = 320'h0;
  parameter [319:0] INITVAL_0E = 320'h0;
  parameter [319:0] INITVAL_0F = 320'h0;
  parameter [319:0] INITVAL_10 = 320'h0;
  parameter [319:0] INITVAL_11 = 320'h0;
  parameter [319:0] INITVAL_12 = 320'h0;
  parameter [319:0] INITVAL_13 = 320'h0;
  parameter [319:0] INITVAL_14 = 320'h0;
  parameter [319:0] INITVAL_15 = 320'h0;
  parameter [319:0] INITVAL_16 = 320'h0;
  parameter [319:0] INITVAL_17 = 320'h0;
  parameter [319:0] INITVAL_18 = 320'h0;
  parameter [319:0] INITVAL_19 = 320'h0;
  parameter [319:0] INITVAL_1A = 320'h0;
  parameter [319:0] INITVAL_1B = 320'h0;
  parameter [319:0] INITVAL_1C = 320'h0;
  parameter [319:0] INITVAL_1D = 320'h0;
  parameter [319:0] INITVAL_1E = 320'h0;
  parameter [319:0] INITVAL_1F = 320'h0;
  parameter [319:0] INITVAL_20 = 320'h0;
  parameter [319:0] INITVAL_21 = 320'h0;
  parameter [319:0] INITVAL_22 = 320'h0;
  parameter [319:0] INITVAL_23 = 320'h0;
  parameter [319:0] INITVAL_24 = 320'h0;
  parameter [319:0] INITVAL_25 = 320'h0;
  parameter [319:0] INITVAL_26 = 320'h0;
  parameter [319:0] INITVAL_27 = 320'h0;
  parameter [319:0] INITVAL_28 = 320'h0;
  parameter [319:0] INITVAL_29 = 320'h0;
  parameter [319:0] INITVAL_2A = 320'h0;
  parameter [319:0] INITVAL_2B = 320'h0;
  parameter [319:0] INITVAL_2C = 320'h0;
  parameter [319:0] INITVAL_2D = 320'h0;
  parameter [319:0] INITVAL_2E = 320'h0;
  parameter [319:0] INITVAL_2F = 320'h0;
  parameter [319:0] INITVAL_30 = 320'h0;
  parameter [319:0] INITVAL_31 = 320'h0;
  parameter [319:0] INITVAL_32 = 320'h0;
  parameter [319:0] INITVAL_33 = 320'h0;
  parameter [319:0] INITVAL_34 = 320'h0;
  parameter [319:0] INITVAL_35 = 320'h0;
  parameter [319:0] INITVAL_36 = 320'h0;
  parameter [319:0] INITVAL_37 = 320'h0;
  parameter [319:0] INITVAL_38 = 320'h0;
  parameter [319:0] INITVAL_39 = 320'h0;
  parameter [319:0] INITVAL_3A = 320'h0;
  parameter [319:0] INITVAL_3B = 320'h0;
  parameter [319:0] INITVAL_3C = 320'h0;
  parameter [319:0] INITVAL_3D = 320'h0;
  parameter [319:0] INITVAL_3E = 320'h0;
  parameter [319:0] INITVAL_3F = 320'h0;

  localparam Wide = DATA_WIDTH_A == 36 || DATA_WIDTH_B == 36;  // port A writes, port B reads

  generate
    if (!(DATA_WIDTH_A == 1 || DATA_WIDTH_A == 2 || DATA_WIDTH_A == 4 || DATA_WIDTH_A == 9 || DATA_WIDTH_A == 18
          || DATA_WIDTH_A == 36)
        || !(DATA_WIDTH_B == 1 || DATA_WIDTH_B == 2 || DATA_WIDTH_B == 4 || DATA_WIDTH_B == 9 || DATA_WIDTH_B == 18
          || DATA_WIDTH_B == 36))
      $error("DP16KD: the model knows DATA_WIDTH 1, 2, 4, 9, 18 and 36");
    if (REGMODE_A != "NOREG" || REGMODE_B != "NOREG")
      $error("DP16KD: the model has no output register; REGMODE must be NOREG");
    if (RESETMODE != ASYNC_RESET_RELEASE || (RESETMODE != "SYNC" && RESETMODE != "ASYNC"))
      $error("DP16KD: RESETMODE and ASYNC_RESET_RELEASE must both be SYNC or both be ASYNC");
    if (CSDECODE_A != "0b000" || CSDECODE_B != "0b000")
      $error("DP16KD: the model is selected by 0; CSDECODE must be 0b000");
    if (CLKAMUX != "CLKA" || CLKBMUX != "CLKB")
      $error("DP16KD: the model has rising clocks; CLKAMUX and CLKBMUX must be CLKA and CLKB");
    if ((WRITEMODE_A != "NORMAL" && WRITEMODE_A != "WRITETHROUGH" && WRITEMODE_A != "READBEFOREWRITE")
        || (WRITEMODE_B != "NORMAL" && WRITEMODE_B != "WRITETHROUGH" && WRITEMODE_B != "READBEFOREWRITE"))
      $error("DP16KD: the model knows WRITEMODE NORMAL, WRITETHROUGH and READBEFOREWRITE");
  endgenerate

  wire [17:0] dia = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9,
                     DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0};
  wire [17:0] dib = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9,
                     DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0};
  wire [13:0] ada = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  wire [13:0] adb = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  wire a_on = CEA && !CSA2 && !CSA1 && !CSA0;
  wire b_on = CEB && !CSB2 && !CSB1 && !CSB0;

  localparam [20479:0] Init = {
    INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38,
    INITVAL_37, INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30,
    INITVAL_2F, INITVAL_2E, INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28,
    INITVAL_27, INITVAL_26, INITVAL_25, INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20,
    INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C, INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18,
    INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13, INITVAL_12, INITVAL_11, INITVAL_10,
    INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A, INITVAL_09, INITVAL_08,
    INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01, INITVAL_00
  };

  reg [35:0] rows [0:511];
  integer i;
  initial for (i = 0; i < 512; i = i + 1) rows[i] = {Init[40*i+20 +: 18], Init[40*i +: 18]};

  // Where in a row of 36 bits a port's word lies: an eighth of the address is a byte of 9.
  function [5:0] place(input integer width, input [4:0] low);
    case (width)
      1, 2, 4: place = 9 * low[4:3] + low[2:0];
      9: place = 9 * low[4:3];
      18: place = 18 * low[4];
      default: place = 0;
    endcase
  endfunction

  function [35:0] mask(input integer width, input [4:0] low);
    case (width)
      18: mask = {18'b0, {9{low[1]}}, {9{low[0]}}};
      36: mask = {{9{low[3]}}, {9{low[2]}}, {9{low[1]}}, {9{low[0]}}};
      default: mask = (36'b1 << width) - 1;
    endcase
  endfunction

  localparam LowA = DATA_WIDTH_A == 36 ? 5'h00 : DATA_WIDTH_A == 18 ? 5'h10 : DATA_WIDTH_A == 9 ? 5'h18
                  : DATA_WIDTH_A == 4 ? 5'h1c : DATA_WIDTH_A == 2 ? 5'h1e : 5'h1f;  // address bits that count
  localparam LowB = DATA_WIDTH_B == 36 ? 5'h00 : DATA_WIDTH_B == 18 ? 5'h10 : DATA_WIDTH_B == 9 ? 5'h18
                  : DATA_WIDTH_B == 4 ? 5'h1c : DATA_WIDTH_B == 2 ? 5'h1e : 5'h1f;
  wire [5:0]  at_a    = place(DATA_WIDTH_A, ada[4:0] & LowA);
  wire [5:0]  at_b    = place(DATA_WIDTH_B, adb[4:0] & LowB);
  wire [35:0] given_a = {Wide ? dib : 18'b0, dia};
  wire [35:0] mask_a  = mask(DATA_WIDTH_A, ada[4:0]) << at_a;
  wire [35:0] mask_b  = mask(DATA_WIDTH_B, adb[4:0]) << at_b;
  wire [35:0] row_a   = rows[ada[13:5]];
  wire [35:0] row_b   = rows[adb[13:5]];
  wire [35:0] next_a  = (row_a & ~mask_a) | ((given_a << at_a) & mask_a);
  wire [35:0] next_b  = (row_b & ~mask_b) | (({18'b0, dib} << at_b) & mask_b);
  wire write_a = a_on && WEA && !RSTA;
  wire write_b = b_on && WEB && !RSTB && !Wide;

  // Words of 1, 2 and 4 bits show in the low bits; what lies above them nobody reads.
  wire show_a = a_on && !(WEA && WRITEMODE_A == "NORMAL");
  wire show_b = b_on && !(WEB && !Wide && WRITEMODE_B == "NORMAL");
  wire [35:0] shown_a = (WEA && WRITEMODE_A == "WRITETHROUGH" ? next_a : row_a) >> at_a;
  wire [35:0] shown_b = (WEB && WRITEMODE_B == "WRITETHROUGH" ? next_b : row_b) >> at_b;

  reg [35:0] q_a, q_b;
  initial {q_a, q_b} = 0;

  always @(posedge CLKA) if (write_a) rows[ada[13:5]] <= next_a;
  always @(posedge CLKB) if (write_b) rows[adb[13:5]] <= next_b;

  generate
    if (RESETMODE == "ASYNC") begin : gen_async
      always @(posedge CLKA, posedge RSTA) if (RSTA) q_a <= 0; else if (show_a) q_a <= shown_a;
      always @(posedge CLKB, posedge RSTB) if (RSTB) q_b <= 0; else if (show_b) q_b <= shown_b;
    end else begin : gen_sync
      always @(posedge CLKA) if (RSTA) q_a <= 0; else if (show_a) q_a <= shown_a;
      always @(posedge CLKB) if (RSTB) q_b <= 0; else if (show_b) q_b <= shown_b;
    end
  endgenerate

  wire [17:0] doa = Wide ? q_b[17:0] : q_a[17:0];
  wire [17:0] dob = !Wide ? q_b[17:0] : DATA_WIDTH_B == 36 ? q_b[35:18] : q_b[17:0];
  assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9,
          DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0} = doa;
  assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9,
          DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} = dob;
endmodule
