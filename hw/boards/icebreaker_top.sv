// 1BitSquared iCEBreaker: a core behind the USB serial port, its class on the LEDs of the break-off board.
//
// LEDs 5..1: class of the last answer, in binary; red: the last frame was broken; green: the clock runs. The user button
// beside the USB socket resets.

module icebreaker_top (
  input  logic       clk_12mhz,
  input  logic       btn_n,       // low while pressed
  input  logic       rx,          // from the USB chip
  output logic       tx,
  output logic [5:1] led,
  output logic       led_red_n,
  output logic       led_green_n
);

  import ef_board_pkg::*;

  logic        clk, locked, broken;
  logic [15:0] class_index;

  ef_pll_ice40 #(.InputDiv(PllInputDiv), .FeedbackDiv(PllFeedbackDiv), .OutputDiv(PllOutputDiv)) u_pll (
    .clk_i(clk_12mhz), .clk_o(clk), .locked_o(locked)
  );

  ef_linked_core u_linked_core (
    .clk_i(clk), .rst_ni(locked && btn_n),
    .rx_i(rx), .tx_o(tx), .class_o(class_index), .error_o(broken)
  );

  assign led         = class_index[4:0];
  assign led_red_n   = !broken;
  assign led_green_n = !locked;

  logic unused;
  assign unused = &{1'b0, class_index[15:5]};

endmodule
