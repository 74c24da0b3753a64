// UART receiver, 8N1: one byte a start bit, eight data bits (bit 0 first) and a stop bit.
//
// Each bit is the majority of three samples around its middle, so one glitch a bit does no harm.
// Latency: valid_o is high for one cycle, in the middle of the stop bit; bad_o marks a missing stop bit.
// Limits: the two sides' clocks together may differ by 4 %; after a bad byte the line must go high first.

module ef_uart_rx #(
  parameter int unsigned ClocksPerBit = 100
) (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       rx_i,     // asynchronous; idle high
  output logic [7:0] data_o,   // holds still until the next byte
  output logic       valid_o,
  output logic       bad_o     // with valid_o: the stop bit was low
);

  if (ClocksPerBit < 8) begin : gen_bad_parameters
    $error("ef_uart_rx: ClocksPerBit must be at least 8: three samples need room in the middle of a bit");
  end

  localparam int unsigned CountWidth = $clog2(ClocksPerBit);
  localparam logic [CountWidth-1:0] Last   = CountWidth'(ClocksPerBit - 1);
  localparam logic [CountWidth-1:0] Middle = CountWidth'((ClocksPerBit - 1) / 2);  // of the three samples

  logic [3:0]            line_q;  // two synchronizer stages, then the two samples before the newest
  logic                  bit_value;
  logic [CountWidth-1:0] count_q;
  logic [3:0]            index_q;  // 0 start, 1..8 data, 9 stop
  logic                  busy_q, armed_q;
  logic                  sample;

  assign bit_value = (line_q[1] && line_q[2]) || (line_q[2] && line_q[3]) || (line_q[1] && line_q[3]);
  assign sample    = busy_q && count_q == Middle;

  always_ff @(posedge clk_i) begin
    line_q <= {line_q[2:0], rx_i};
    if (!rst_ni) line_q <= '1;
  end

  always_ff @(posedge clk_i) begin
    valid_o <= 1'b0;
    if (!rst_ni) begin
      busy_q  <= 1'b0;
      armed_q <= 1'b0;
    end else if (!busy_q) begin
      armed_q <= armed_q || line_q[1];  // a line held low is a break, not a row of zero bytes
      busy_q  <= armed_q && !line_q[1];
      count_q <= '0;
      index_q <= '0;
    end else begin
      count_q <= count_q == Last ? '0 : count_q + 1'b1;
      if (count_q == Last) index_q <= index_q + 1'b1;
      if (sample && index_q == 4'd0 && bit_value) busy_q <= 1'b0;  // a glitch, no start bit
      if (sample && index_q == 4'd9) begin
        busy_q  <= 1'b0;
        armed_q <= bit_value;
        valid_o <= 1'b1;
        bad_o   <= !bit_value;
      end
    end
    if (sample && index_q != 4'd9) data_o <= {bit_value, data_o[7:1]};
  end

endmodule
