// Radiona ULX3S: a core behind the USB serial port, its class on the LEDs.
//
// LEDs 6..0: class of the last answer, in binary; LED 7: the last frame was broken. FIRE 1 (btn[1]) resets.

module ulx3s_top (
  input  logic       clk_25mhz,
  input  logic [1:1] btn,         // high while pressed
  input  logic       ftdi_txd,    // the USB chip's transmitter: our receiver
  output logic       ftdi_rxd,
  output logic [7:0] led,
  output logic       wifi_gpio0   // high keeps the ESP32 from taking over the board
);

  import ef_board_pkg::*;

  logic        clk, locked, broken;
  logic [15:0] class_index;

  assign wifi_gpio0 = 1'b1;

  ef_pll_ecp5 #(.InputDiv(PllInputDiv), .FeedbackDiv(PllFeedbackDiv), .OutputDiv(PllOutputDiv)) u_pll (
    .clk_i(clk_25mhz), .clk_o(clk), .locked_o(locked)
  );

  ef_linked_core u_linked_core (
    .clk_i(clk), .rst_ni(locked && !btn[1]),
    .rx_i(ftdi_txd), .tx_o(ftdi_rxd), .class_o(class_index), .error_o(broken)
  );

  assign led = {broken, class_index[6:0]};

  logic unused;
  assign unused = &{1'b0, class_index[15:7]};

endmodule
