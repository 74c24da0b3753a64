// Frame transmitter: puts sync, command, length in front of a payload and its CRC behind it.
//
// Frame: ef_link_pkg.sv. start_i is heeded while ready_o; then exactly length_i payload bytes are taken.
// Latency: the sync byte is valid one cycle after start_i. Throughput: one byte a cycle.

module ef_frame_tx (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        start_i,
  input  logic [7:0]  command_i,
  input  logic [15:0] length_i,   // at least 1
  output logic        ready_o,

  input  logic [7:0]  s_axis_tdata,
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,

  output logic [7:0]  m_axis_tdata,
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready
);

  import ef_link_pkg::*;

  typedef enum logic [2:0] {Idle, Sync, Command, LengthLow, LengthHigh, Payload, CrcHigh, CrcLow} state_e;

  state_e      state_q;
  logic [7:0]  command_q;
  logic [15:0] length_q, left_q, crc_q, crc_d;
  logic        accept;

  ef_crc16 u_crc (.crc_i(crc_q), .data_i(m_axis_tdata), .crc_o(crc_d));

  assign ready_o       = state_q == Idle;
  assign accept        = m_axis_tvalid && m_axis_tready;
  assign m_axis_tvalid = state_q == Payload ? s_axis_tvalid : state_q != Idle;
  assign s_axis_tready = state_q == Payload && m_axis_tready;

  always_comb begin
    unique case (state_q)
      Command:    m_axis_tdata = command_q;
      LengthLow:  m_axis_tdata = length_q[7:0];
      LengthHigh: m_axis_tdata = length_q[15:8];
      Payload:    m_axis_tdata = s_axis_tdata;
      CrcHigh:    m_axis_tdata = crc_q[15:8];
      CrcLow:     m_axis_tdata = crc_q[7:0];
      default:    m_axis_tdata = ResponseSync;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else if (state_q == Idle) begin
      if (start_i) state_q <= Sync;
    end else if (accept) begin
      unique case (state_q)
        Sync:       state_q <= Command;
        Command:    state_q <= LengthLow;
        LengthLow:  state_q <= LengthHigh;
        LengthHigh: state_q <= Payload;
        Payload:    if (left_q == 16'd1) state_q <= CrcHigh;
        CrcHigh:    state_q <= CrcLow;
        default:    state_q <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == Idle) begin
      command_q <= command_i;
      length_q  <= length_i;
    end
    if (state_q == Sync) crc_q <= '1;
    else if (accept && state_q != CrcHigh && state_q != CrcLow) crc_q <= crc_d;
    if (state_q == LengthHigh) left_q <= length_q;
    else if (accept && state_q == Payload) left_q <= left_q - 1'b1;
  end

endmodule
