// Replay: keeps a frame of Beats beats and sends it Repeats times, while the next frame is already coming in.
//
// Golden: edgeflow/kernels/dense.py (beat times). Two frames fit: one is read, the other is written.
// Latency: a beat may be read in the cycle after it was accepted and is valid one cycle later (registered read).
// Throughput: one beat out a cycle; Beats * Repeats cycles a frame.

module ef_replay #(
  parameter int unsigned Width   = 8,  // beat, bits
  parameter int unsigned Beats   = 4,  // beats in a frame
  parameter int unsigned Repeats = 2   // times each frame is sent
) (
  input  logic             clk_i,
  input  logic             rst_ni,  // synchronous, resets control only

  input  logic [Width-1:0] s_axis_tdata,
  input  logic             s_axis_tvalid,
  output logic             s_axis_tready,

  output logic [Width-1:0] m_axis_tdata,
  output logic             m_axis_tvalid,
  input  logic             m_axis_tready
);

  if (Beats == 0 || Repeats < 2) begin : gen_bad_parameters
    $error("ef_replay: Beats must be at least 1 and Repeats at least 2");
  end

  localparam int unsigned IndexWidth  = (Beats > 1) ? $clog2(Beats) : 1;
  localparam int unsigned RepeatWidth = $clog2(Repeats);
  localparam logic [IndexWidth-1:0]  LastIndex  = IndexWidth'(Beats - 1);
  localparam logic [RepeatWidth-1:0] LastRepeat = RepeatWidth'(Repeats - 1);

  logic [Width-1:0]       memory [2**(IndexWidth+1)];
  logic [IndexWidth-1:0]  write_index_q, read_index_q;
  logic [RepeatWidth-1:0] repeat_q;
  logic                   write_bank_q, read_bank_q, valid_q;
  logic [1:0]             full_q;  // a whole frame lies in this bank and is not sent yet
  logic                   write, read, frame_in, frame_out, advance;

  assign advance       = !valid_q || m_axis_tready;
  assign s_axis_tready = !full_q[write_bank_q];
  assign m_axis_tvalid = valid_q;
  assign write         = s_axis_tvalid && s_axis_tready;
  // A bank that is not full and is being read is the one being written: its beats up to write_index are there.
  assign read          = advance && (full_q[read_bank_q] || read_index_q < write_index_q);
  assign frame_in      = write && write_index_q == LastIndex;
  assign frame_out     = read && read_index_q == LastIndex && repeat_q == LastRepeat;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {write_index_q, write_bank_q, read_index_q, read_bank_q} <= '0;
      repeat_q <= '0;
      full_q   <= '0;
      valid_q  <= 1'b0;
    end else begin
      if (write) write_index_q <= frame_in ? '0 : write_index_q + 1'b1;
      if (read) read_index_q <= (read_index_q == LastIndex) ? '0 : read_index_q + 1'b1;
      if (read && read_index_q == LastIndex) repeat_q <= (repeat_q == LastRepeat) ? '0 : repeat_q + 1'b1;
      if (frame_in) begin
        full_q[write_bank_q] <= 1'b1;
        write_bank_q         <= !write_bank_q;
      end
      if (frame_out) begin
        full_q[read_bank_q] <= 1'b0;
        read_bank_q         <= !read_bank_q;
      end
      if (advance) valid_q <= read;
    end
  end

  always_ff @(posedge clk_i) begin
    if (write) memory[{write_bank_q, write_index_q}] <= s_axis_tdata;
    if (advance) m_axis_tdata <= memory[{read_bank_q, read_index_q}];
  end

endmodule
