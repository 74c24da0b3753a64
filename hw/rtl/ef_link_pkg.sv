// The serial link's frame: sync, command, length (low byte first), payload, CRC (high byte first).
//
// Golden model: edgeflow/link.py holds the same numbers; tests/test_link.py compares the two files.

package ef_link_pkg;

  localparam logic [7:0] RequestSync  = 8'hA5;
  localparam logic [7:0] ResponseSync = 8'h5A;

  localparam logic [7:0] Identify = 8'h01;
  localparam logic [7:0] Infer    = 8'h02;
  localparam logic [7:0] Answer   = 8'h80;  // set in the command byte of a response
  localparam logic [7:0] Error    = 8'hFF;  // command byte of an error response; its payload is one code

  localparam logic [7:0] NoError    = 8'd0;
  localparam logic [7:0] BadSync    = 8'd1;
  localparam logic [7:0] BadCommand = 8'd2;
  localparam logic [7:0] BadLength  = 8'd3;
  localparam logic [7:0] BadCrc     = 8'd4;
  localparam logic [7:0] Timeout    = 8'd5;  // silence in mid-frame
  localparam logic [7:0] Overrun    = 8'd6;  // a byte arrived while a whole frame still waited
  localparam logic [7:0] BadStopBit = 8'd7;

endpackage
