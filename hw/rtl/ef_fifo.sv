// FIFO: holds up to Depth beats, so that a fork's short branch waits while the long one computes.
//
// Golden: edgeflow/rtl/dataflow.py; its depth: edgeflow/rtl/fifos.py. One beat is a register, a few are LUT memory, many
//   are block memory behind an output register, which is one of the Depth places.
// Latency: 1 cycle; with Block 2. Throughput: one beat a cycle.

module ef_fifo #(
  parameter int unsigned Width = 8,    // beat, bits
  parameter int unsigned Depth = 4,
  parameter bit          Block = 1'b0  // block memory
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

  if (Depth == 0 || (Block && Depth < 3)) begin : gen_bad_parameters
    $error("ef_fifo: Depth must be at least 1, with Block at least 3");
  end

  localparam int unsigned Places       = Block ? Depth - 1 : Depth;  // in the memory
  localparam int unsigned AddressWidth = (Places > 1) ? $clog2(Places) : 1;
  localparam int unsigned CountWidth   = $clog2(Places + 1);
  localparam logic [AddressWidth-1:0] Last = AddressWidth'(Places - 1);
  localparam logic [CountWidth-1:0]   Full = CountWidth'(Places);

  logic [AddressWidth-1:0] write_address_q, read_address_q;
  logic [CountWidth-1:0]   count_q;
  logic                    write, read, empty;

  assign empty         = count_q == '0;
  assign s_axis_tready = count_q != Full;
  assign write         = s_axis_tvalid && s_axis_tready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {write_address_q, read_address_q} <= '0;
      count_q <= '0;
    end else begin
      if (write) write_address_q <= (write_address_q == Last) ? '0 : write_address_q + 1'b1;
      if (read) read_address_q <= (read_address_q == Last) ? '0 : read_address_q + 1'b1;
      if (write && !read) count_q <= count_q + 1'b1;
      else if (read && !write) count_q <= count_q - 1'b1;
    end
  end

  if (Block) begin : gen_block
    (* ram_style = "block" *) logic [Width-1:0] memory [2**AddressWidth];
    logic valid_q;

    assign read          = !empty && (!valid_q || m_axis_tready);
    assign m_axis_tvalid = valid_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) valid_q <= 1'b0;
      else if (!valid_q || m_axis_tready) valid_q <= read;
    end

    always_ff @(posedge clk_i) begin
      if (write) memory[write_address_q] <= s_axis_tdata;
      if (read) m_axis_tdata <= memory[read_address_q];
    end
  end else begin : gen_lut
    logic [Width-1:0] memory [2**AddressWidth];

    assign read          = !empty && m_axis_tready;
    assign m_axis_tvalid = !empty;
    assign m_axis_tdata  = memory[read_address_q];

    always_ff @(posedge clk_i) begin
      if (write) memory[write_address_q] <= s_axis_tdata;
    end
  end

endmodule
