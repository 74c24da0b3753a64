// Reset synchronizer: rst_no falls with rst_ni at once and rises Stages clock edges after it, free of metastability.

module ef_reset_sync #(
  parameter int unsigned Stages = 4
) (
  input  logic clk_i,
  input  logic rst_ni,  // asynchronous
  output logic rst_no   // synchronous release
);

  if (Stages < 2) begin : gen_bad_parameters
    $error("ef_reset_sync: Stages must be at least 2");
  end

  logic [Stages-1:0] chain_q;

  assign rst_no = chain_q[Stages-1];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) chain_q <= '0;
    else chain_q <= {chain_q[Stages-2:0], 1'b1};
  end

endmodule
