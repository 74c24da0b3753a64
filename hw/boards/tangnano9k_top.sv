// Sipeed Tang Nano 9K: a core behind the USB serial port, its class on the LEDs.
//
// LEDs 4..0: class of the last answer, in binary; LED 5: the last frame was broken. Button S1 resets.

module tangnano9k_top (
  input  logic       clk_27mhz,
  input  logic       btn_n,     // low while pressed
  input  logic       uart_rx,   // from the USB chip
  output logic       uart_tx,
  output logic [5:0] led_n      // lit while low
);

  import ef_board_pkg::*;

  logic        clk, locked, broken;
  logic [15:0] class_index;

  ef_pll_gowin #(
    .Device("GW1NR-9C"), .InputMhz("27"),
    .InputDiv(PllInputDiv), .FeedbackDiv(PllFeedbackDiv), .OutputDiv(PllOutputDiv)
  ) u_pll (
    .clk_i(clk_27mhz), .clk_o(clk), .locked_o(locked)
  );

  ef_linked_core u_linked_core (
    .clk_i(clk), .rst_ni(locked && btn_n),
    .rx_i(uart_rx), .tx_o(uart_tx), .class_o(class_index), .error_o(broken)
  );

  assign led_n = ~{broken, class_index[4:0]};

  logic unused;
  assign unused = &{1'b0, class_index[15:5]};

endmodule
