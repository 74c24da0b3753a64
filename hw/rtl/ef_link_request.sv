// Request unpacker: payload bytes become beats; once the frame is known to be good, the beats go out back to back.
//
// A value is ValueBytes bytes, low byte first, its low Width bits count; value 0 is in lane 0 of beat 0.
// Latency: the first beat is valid two cycles after send_i. Throughput: one beat a cycle.
// Limits: a new payload may begin once done_o has been high after send_i.

module ef_link_request #(
  parameter int unsigned Features   = 64,
  parameter int unsigned Lanes      = 64,  // values a beat; divides Features
  parameter int unsigned Width      = 4,   // bits a value
  parameter int unsigned ValueBytes = 1    // ceil(Width / 8)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   start_i,  // a payload begins
  input  logic [7:0]             byte_i,
  input  logic                   byte_valid_i,

  input  logic                   send_i,
  output logic                   done_o,   // every beat of the last send_i is accepted

  output logic [Lanes*Width-1:0] m_axis_tdata,
  output logic                   m_axis_tvalid,
  input  logic                   m_axis_tready
);

  if (Lanes == 0 || Features % Lanes != 0) begin : gen_bad_lanes
    $error("ef_link_request: Lanes must divide Features");
  end
  if (ValueBytes != (Width + 7) / 8) begin : gen_bad_bytes
    $error("ef_link_request: ValueBytes must be ceil(Width / 8)");
  end

  localparam int unsigned Beats      = Features / Lanes;
  localparam int unsigned BeatWidth  = Lanes * Width;
  localparam int unsigned IndexWidth = Beats > 1 ? $clog2(Beats) : 1;
  localparam logic [IndexWidth:0]   BeatCount = (IndexWidth + 1)'(Beats);
  localparam logic [15:0]           LastByte  = 16'(ValueBytes - 1);
  localparam logic [15:0]           LastLane  = 16'(Lanes - 1);

  logic [8*ValueBytes-1:0] value_q, value_d;
  logic [BeatWidth-1:0]    beat_q, beat_d;
  logic [15:0]             byte_q, lane_q;
  logic [IndexWidth:0]     write_q, read_q;
  logic                    value_done, beat_done_q, load;
  logic [BeatWidth-1:0]    beats [Beats];

  assign value_d    = (8*ValueBytes)'({byte_i, value_q} >> 8);
  assign beat_d     = BeatWidth'({value_d[Width-1:0], beat_q} >> Width);
  assign value_done = byte_valid_i && byte_q == LastByte;

  always_ff @(posedge clk_i) begin
    beat_done_q <= value_done && lane_q == LastLane;
    if (!rst_ni || start_i) begin
      byte_q      <= '0;
      lane_q      <= '0;
      write_q     <= '0;
      beat_done_q <= 1'b0;
    end else begin
      if (byte_valid_i) byte_q <= value_done ? '0 : byte_q + 1'b1;
      if (value_done) lane_q <= lane_q == LastLane ? '0 : lane_q + 1'b1;
      if (beat_done_q) write_q <= write_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (byte_valid_i) value_q <= value_d;
    if (value_done) beat_q <= beat_d;
    if (beat_done_q) beats[write_q[IndexWidth-1:0]] <= beat_q;
  end

  assign load   = read_q != BeatCount && (!m_axis_tvalid || m_axis_tready);
  assign done_o = read_q == BeatCount && !m_axis_tvalid;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_q        <= BeatCount;
      m_axis_tvalid <= 1'b0;
    end else begin
      if (send_i) read_q <= '0;
      else if (load) read_q <= read_q + 1'b1;
      if (load) m_axis_tvalid <= 1'b1;
      else if (m_axis_tready) m_axis_tvalid <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (load) m_axis_tdata <= beats[read_q[IndexWidth-1:0]];
  end

endmodule
