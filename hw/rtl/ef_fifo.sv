// FIFO: holds up to Depth beats, so that a fork's short branch waits while the long one computes.
//
// Golden: edgeflow/rtl/dataflow.py; its depth: edgeflow/rtl/fifos.py. The oldest beat lies in a register: what follows a
//   FIFO may be logic, and a block memory answers late (it took a residual network from 77 to 91 MHz on ECP5). The
//   others lie in LUT memory or, where that is smaller, in block memory, as synthesis finds.
// Latency: 1 cycle. Throughput: one beat a cycle.

module ef_fifo #(
  parameter int unsigned Width = 8,  // beat, bits
  parameter int unsigned Depth = 4
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

  if (Depth == 0) begin : gen_bad_parameters
    $error("ef_fifo: Depth must be at least 1");
  end

  localparam int unsigned CountWidth = $clog2(Depth + 1);
  localparam logic [CountWidth-1:0] Full = CountWidth'(Depth);

  logic [CountWidth-1:0] count_q;
  logic                  write, read;

  assign s_axis_tready = count_q != Full;
  assign m_axis_tvalid = count_q != '0;
  assign write         = s_axis_tvalid && s_axis_tready;
  assign read          = m_axis_tvalid && m_axis_tready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) count_q <= '0;
    else if (write && !read) count_q <= count_q + 1'b1;
    else if (read && !write) count_q <= count_q - 1'b1;
  end

  if (Depth == 1) begin : gen_register
    always_ff @(posedge clk_i) begin
      if (write) m_axis_tdata <= s_axis_tdata;
    end
  end else begin : gen_memory
    localparam int unsigned Places       = Depth - 1;
    localparam int unsigned AddressWidth = (Places > 1) ? $clog2(Places) : 1;
    localparam logic [AddressWidth-1:0] Last = AddressWidth'(Places - 1);

    logic [Width-1:0]        memory [2**AddressWidth];
    logic [AddressWidth-1:0] write_address_q, read_address_q;
    logic                    pass;

    assign pass = count_q == CountWidth'(read);  // nothing waits in the memory: a beat goes past it

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        {write_address_q, read_address_q} <= '0;
      end else begin
        if (write && !pass) write_address_q <= (write_address_q == Last) ? '0 : write_address_q + 1'b1;
        if (read && !pass) read_address_q <= (read_address_q == Last) ? '0 : read_address_q + 1'b1;
      end
    end

    always_ff @(posedge clk_i) begin
      if (write && !pass) memory[write_address_q] <= s_axis_tdata;
      if (pass) m_axis_tdata <= s_axis_tdata;
      else if (read) m_axis_tdata <= memory[read_address_q];
    end
  end

endmodule
