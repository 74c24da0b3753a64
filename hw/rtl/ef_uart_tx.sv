// UART transmitter, 8N1: a start bit, eight data bits (bit 0 first) and a stop bit for each byte.
//
// Latency: the start bit begins two cycles after a byte is accepted. Throughput: one byte in 10 * ClocksPerBit + 1 cycles.

module ef_uart_tx #(
  parameter int unsigned ClocksPerBit = 100
) (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic [7:0] s_axis_tdata,
  input  logic       s_axis_tvalid,
  output logic       s_axis_tready,
  output logic       tx_o            // idle high
);

  if (ClocksPerBit < 2) begin : gen_bad_parameters
    $error("ef_uart_tx: ClocksPerBit must be at least 2");
  end

  localparam int unsigned CountWidth = $clog2(ClocksPerBit);
  localparam logic [CountWidth-1:0] Last = CountWidth'(ClocksPerBit - 1);

  logic [CountWidth-1:0] count_q;
  logic [3:0]            bits_q;   // bits still to send
  logic [9:0]            shift_q;  // stop, data, start: bit 0 is on the line
  logic                  accept;

  // Idle from configuration on: the other side must not see a start bit before the first reset.
  initial tx_o = 1'b1;

  assign s_axis_tready = bits_q == '0;
  assign accept        = s_axis_tvalid && s_axis_tready;

  always_ff @(posedge clk_i) begin
    tx_o <= shift_q[0] || bits_q == '0;
    if (!rst_ni) begin
      bits_q <= '0;
      tx_o   <= 1'b1;
    end else if (accept) begin
      bits_q <= 4'd10;
    end else if (bits_q != '0 && count_q == Last) begin
      bits_q <= bits_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    count_q <= (accept || count_q == Last) ? '0 : count_q + 1'b1;
    if (accept) shift_q <= {1'b1, s_axis_tdata, 1'b0};
    else if (count_q == Last) shift_q <= {1'b1, shift_q[9:1]};
  end

endmodule
