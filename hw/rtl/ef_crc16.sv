// One byte of CRC-16/CCITT-FALSE: polynomial 0x1021, first value 0xFFFF, most significant bit first, no final inversion.
//
// Golden model: edgeflow/link.py. Combinational. A message followed by its CRC, high byte first, leaves 0.

module ef_crc16 (
  input  logic [15:0] crc_i,
  input  logic [7:0]  data_i,
  output logic [15:0] crc_o
);

  always_comb begin
    crc_o = crc_i ^ {data_i, 8'h00};
    for (int unsigned i = 0; i < 8; i++) begin
      crc_o = {crc_o[14:0], 1'b0} ^ (crc_o[15] ? 16'h1021 : 16'h0000);
    end
  end

endmodule
