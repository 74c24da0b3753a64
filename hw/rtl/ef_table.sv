// Table: each lane's value is the row that its input names, read from memory.
//
// Golden: edgeflow/kernels/table.py. One copy of the table a lane.
// Latency: a beat is valid two cycles after its input was accepted (registered read, registered output).
// Throughput: one beat a cycle. Everything holds still while an output waits.

module ef_table #(
  parameter int unsigned Lanes     = 2,
  parameter int unsigned XWidth    = 8,  // input, bits
  parameter int unsigned YWidth    = 8,  // output, bits
  parameter              TableFile = ""  // 2**XWidth rows, by the input's bits as an unsigned number
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,  // synchronous, resets control only

  input  logic [Lanes*XWidth-1:0] s_axis_tdata,
  input  logic                    s_axis_tvalid,
  output logic                    s_axis_tready,

  output logic [Lanes*YWidth-1:0] m_axis_tdata,
  output logic                    m_axis_tvalid,
  input  logic                    m_axis_tready
);

  if (Lanes == 0 || XWidth == 0 || YWidth == 0) begin : gen_bad_parameters
    $error("ef_table: Lanes, XWidth and YWidth must be at least 1");
  end

  logic read_valid_q, valid_q, advance;

  assign advance       = !valid_q || m_axis_tready;
  assign s_axis_tready = advance;
  assign m_axis_tvalid = valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {valid_q, read_valid_q} <= '0;
    else if (advance) {valid_q, read_valid_q} <= {read_valid_q, s_axis_tvalid};
  end

  for (genvar l = 0; l < int'(Lanes); l++) begin : gen_lane
    (* ram_style = "block" *) logic [YWidth-1:0] rows [2**XWidth];
    logic [YWidth-1:0] read_q;
    initial $readmemh(TableFile, rows);

    always_ff @(posedge clk_i) begin
      if (advance) begin
        read_q                           <= rows[s_axis_tdata[l*XWidth +: XWidth]];
        m_axis_tdata[l*YWidth +: YWidth] <= read_q;
      end
    end
  end

endmodule
