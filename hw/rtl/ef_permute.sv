// Permute: sends a frame of Words words in another order, while the next frame is already coming in.
//
// Golden: edgeflow/kernels/permute.py. Word k of a frame that leaves is word order[k] of the one that came.
// Latency: a frame's first word is valid two cycles after its last word was accepted (registered read).
// Throughput: one word a cycle; two frames fit, one is read, the other is written.

module ef_permute #(
  parameter int unsigned Width     = 8,  // word, bits: values that stay together
  parameter int unsigned Words     = 4,  // words in a frame
  parameter              OrderFile = ""  // Words rows: which word leaves next
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

  if (Words < 2) begin : gen_bad_parameters
    $error("ef_permute: Words must be at least 2");
  end

  localparam int unsigned IndexWidth = $clog2(Words);
  localparam logic [IndexWidth-1:0] LastIndex = IndexWidth'(Words - 1);

  logic [IndexWidth-1:0] order [Words];
  initial $readmemh(OrderFile, order);

  logic [Width-1:0]      memory [2**(IndexWidth+1)];
  logic [IndexWidth-1:0] write_index_q, read_index_q, next_index, address_q;
  logic                  write_bank_q, read_bank_q, valid_q;
  logic [1:0]            full_q;  // a whole frame lies in this bank and is not sent yet
  logic                  write, read, frame_in, frame_out, advance;

  assign advance       = !valid_q || m_axis_tready;
  assign s_axis_tready = !full_q[write_bank_q];
  assign m_axis_tvalid = valid_q;
  assign write         = s_axis_tvalid && s_axis_tready;
  assign read          = advance && full_q[read_bank_q];
  assign frame_in      = write && write_index_q == LastIndex;
  assign frame_out     = read && read_index_q == LastIndex;
  assign next_index    = (!rst_ni || read_index_q == LastIndex) ? '0 : read_index_q + 1'b1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {write_index_q, write_bank_q, read_index_q, read_bank_q} <= '0;
      full_q  <= '0;
      valid_q <= 1'b0;
    end else begin
      if (write) write_index_q <= frame_in ? '0 : write_index_q + 1'b1;
      if (read) read_index_q <= next_index;
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

  // The next address waits in a register, so that the table and the memory are not read in one cycle.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || read) address_q <= order[next_index];
  end

  always_ff @(posedge clk_i) begin
    if (write) memory[{write_bank_q, write_index_q}] <= s_axis_tdata;
    if (advance) m_axis_tdata <= memory[{read_bank_q, address_q}];
  end

endmodule
