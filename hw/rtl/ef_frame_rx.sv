// Frame receiver: bytes in; payload bytes and one event a frame out, the event only once the CRC is known.
//
// Frame and error codes: ef_link_pkg.sv. A good frame's event carries its command and error NoError.
// After any error the receiver waits until the line has been silent for SilenceCycles, then posts the error's event: so
// no payload byte of a broken frame is ever taken for the start of another. Silence in mid-frame is an error as well.
// Limits: the payload is read by the event's consumer; a byte that arrives before the event is accepted is an overrun.

module ef_frame_rx #(
  parameter int unsigned InferBytes    = 64,         // payload of an Infer request; Identify has none
  parameter int unsigned SilenceCycles = 2_000_000
) (
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic [7:0] byte_i,
  input  logic       byte_valid_i,
  input  logic       byte_bad_i,

  output logic       payload_start_o,  // a new payload begins: forget what came before
  output logic [7:0] payload_o,
  output logic       payload_valid_o,

  output logic [7:0] event_command_o,
  output logic [7:0] event_error_o,
  output logic       event_valid_o,
  input  logic       event_ready_i
);

  import ef_link_pkg::*;

  if (InferBytes == 0 || InferBytes > 65535) begin : gen_bad_length
    $error("ef_frame_rx: InferBytes must be 1 to 65535, what the length field holds");
  end
  if (SilenceCycles < 2) begin : gen_bad_silence
    $error("ef_frame_rx: SilenceCycles must be at least 2, and longer than two bytes on the line");
  end

  typedef enum logic [3:0] {Sync, Command, LengthLow, LengthHigh, Payload, CrcHigh, CrcLow, Drain, Post} state_e;

  localparam int unsigned SilenceWidth = $clog2(SilenceCycles);
  localparam logic [SilenceWidth-1:0] LastSilent = SilenceWidth'(SilenceCycles - 1);

  state_e                  state_q;
  logic [7:0]              length_low_q;
  logic [15:0]             left_q, crc_q, crc_d;
  logic [SilenceWidth-1:0] silence_q;
  logic                    overrun_q, silent, in_frame;
  logic [15:0]             expected, length_d;

  ef_crc16 u_crc (.crc_i(crc_q), .data_i(byte_i), .crc_o(crc_d));

  assign silent          = silence_q == LastSilent;
  assign in_frame        = state_q inside {Command, LengthLow, LengthHigh, Payload, CrcHigh, CrcLow};
  assign expected        = event_command_o == Infer ? 16'(InferBytes) : 16'd0;
  assign length_d        = {byte_i, length_low_q};
  assign payload_start_o = byte_valid_i && state_q == Command;
  assign payload_o       = byte_i;
  assign payload_valid_o = byte_valid_i && state_q == Payload;
  assign event_valid_o   = state_q == Post;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || byte_valid_i) silence_q <= '0;
    else if (!silent) silence_q <= silence_q + 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= Sync;
      overrun_q <= 1'b0;
    end else if (state_q == Post) begin
      overrun_q <= overrun_q || byte_valid_i;
      if (event_ready_i) begin
        state_q   <= (overrun_q || byte_valid_i) ? Drain : Sync;
        overrun_q <= 1'b0;
        if (overrun_q || byte_valid_i) event_error_o <= Overrun;
      end
    end else if (state_q == Drain) begin
      if (silent && !byte_valid_i) state_q <= Post;
    end else if (byte_valid_i && byte_bad_i) begin
      state_q       <= Drain;
      event_error_o <= BadStopBit;
    end else if (byte_valid_i) begin
      unique case (state_q)
        Sync: begin
          state_q       <= byte_i == RequestSync ? Command : Drain;
          event_error_o <= byte_i == RequestSync ? NoError : BadSync;
        end
        Command: begin
          state_q <= byte_i inside {Identify, Infer} ? LengthLow : Drain;
          if (!(byte_i inside {Identify, Infer})) event_error_o <= BadCommand;
        end
        LengthLow: state_q <= LengthHigh;
        LengthHigh: begin
          state_q <= length_d != expected ? Drain : length_d == '0 ? CrcHigh : Payload;
          if (length_d != expected) event_error_o <= BadLength;
        end
        Payload: if (left_q == 16'd1) state_q <= CrcHigh;
        CrcHigh: state_q <= CrcLow;
        default: begin
          state_q <= crc_d == '0 ? Post : Drain;
          if (crc_d != '0) event_error_o <= BadCrc;
        end
      endcase
    end else if (in_frame && silent) begin
      state_q       <= Post;
      event_error_o <= Timeout;
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == Sync) crc_q <= '1;
    else if (byte_valid_i) crc_q <= crc_d;
    if (byte_valid_i && state_q == Command) event_command_o <= byte_i;
    if (byte_valid_i && state_q == LengthLow) length_low_q <= byte_i;
    if (byte_valid_i && state_q == LengthHigh) left_q <= length_d;
    else if (payload_valid_o) left_q <= left_q - 1'b1;
  end

endmodule
