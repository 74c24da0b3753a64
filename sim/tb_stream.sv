// Bench for any stream module: feeds recorded beats, compares what comes out, counts cycles.
//
// It knows beats and pauses; it does not know arithmetic. Vectors lie in memories, so a simulation of ten thousand
// frames costs Python nothing per beat: sim/tb_stream.py sets the knobs, starts the clock and reads the result.

module tb_stream #(
  parameter int unsigned InWidth   = 8,  // s_axis_tdata, bits
  parameter int unsigned OutWidth  = 8,  // m_axis_tdata, bits
  parameter int unsigned InBeats   = 1,  // beats a frame
  parameter int unsigned OutBeats  = 1,
  parameter int unsigned MaxFrames = 1024
) ();

  // Knobs, set by cocotb.
  logic        clk            /* verilator public_flat_rw */;
  logic        rst_n          /* verilator public_flat_rw */;
  logic [31:0] frames         /* verilator public_flat_rw */;  // how many of the vectors to send
  logic [31:0] seed           /* verilator public_flat_rw */;
  logic [8:0]  gap_of_256     /* verilator public_flat_rw */;  // chance of an idle input cycle
  logic [8:0]  stall_of_256   /* verilator public_flat_rw */;  // chance of an output cycle without tready

  // Results, read by cocotb.
  logic        done           /* verilator public_flat_rd */;
  logic [31:0] received       /* verilator public_flat_rd */;  // output beats
  logic [31:0] mismatches     /* verilator public_flat_rd */;  // output beats that differ
  logic [31:0] first_bad      /* verilator public_flat_rd */;  // index of the first of them
  logic [OutWidth-1:0] first_got /* verilator public_flat_rd */;
  logic [31:0] first_in       /* verilator public_flat_rd */;  // cycle of the first accepted input beat
  logic [31:0] first_out      /* verilator public_flat_rd */;  // cycle in which frame 0's last beat became valid
  logic [31:0] middle_out     /* verilator public_flat_rd */;  // the same for frame number frames / 2
  logic [31:0] last_out       /* verilator public_flat_rd */;  // the same for the last frame
  logic [31:0] broken_rules   /* verilator public_flat_rd */;  // output beats that changed or vanished while waiting

  logic [InWidth-1:0]  stimulus [MaxFrames*InBeats];
  logic [OutWidth-1:0] expected [MaxFrames*OutBeats];
  logic [OutWidth-1:0] observed [MaxFrames*OutBeats];
  string stimulus_file, expected_file, observed_file;

  initial begin
    if (!$value$plusargs("stimulus=%s", stimulus_file)) $fatal(1, "tb_stream: no +stimulus=FILE");
    if (!$value$plusargs("expected=%s", expected_file)) $fatal(1, "tb_stream: no +expected=FILE");
    if (!$value$plusargs("observed=%s", observed_file)) $fatal(1, "tb_stream: no +observed=FILE");
    $readmemh(stimulus_file, stimulus);
    $readmemh(expected_file, expected);
  end

  logic [InWidth-1:0]  s_axis_tdata;
  logic                s_axis_tvalid, s_axis_tready;
  logic [OutWidth-1:0] m_axis_tdata, waiting_data;
  logic                m_axis_tvalid, m_axis_tready, waiting;

  `DUT u_dut (.clk_i(clk), .rst_ni(rst_n), .*);

  logic [31:0] cycle, sent, noise;
  logic        offer, all_sent;

  assign all_sent      = sent == frames * InBeats;
  assign s_axis_tvalid = offer;
  assign s_axis_tdata  = stimulus[sent];
  assign done          = rst_n && received == frames * OutBeats;

  // xorshift32 (Marsaglia 2003): pauses that depend on the seed alone.
  function automatic logic [31:0] next_noise(input logic [31:0] x);
    x = x ^ (x << 13);
    x = x ^ (x >> 17);
    return x ^ (x << 5);
  endfunction

  always_ff @(posedge clk) begin
    noise <= next_noise(rst_n ? noise : seed | 32'd1);
    if (!rst_n) begin
      {cycle, sent, received, mismatches, first_bad, first_in, first_out, middle_out, last_out, broken_rules} <= '0;
      {offer, m_axis_tready, waiting} <= '0;
    end else begin
      cycle <= cycle + 1;

      // An offered beat stays until it is taken; then the next one comes after a pause or at once.
      if (offer && s_axis_tready) begin
        sent  <= sent + 1;
        offer <= sent + 1 != frames * InBeats && {1'b0, noise[7:0]} >= gap_of_256;
        if (sent == 0) first_in <= cycle;
      end else if (!offer) begin
        offer <= !all_sent && {1'b0, noise[7:0]} >= gap_of_256;
      end

      m_axis_tready <= {1'b0, noise[15:8]} >= stall_of_256;
      waiting       <= m_axis_tvalid && !m_axis_tready;
      waiting_data  <= m_axis_tdata;
      if (waiting && (!m_axis_tvalid || m_axis_tdata != waiting_data)) broken_rules <= broken_rules + 1;

      if (m_axis_tvalid && !waiting && (received + 1) % OutBeats == 0) begin
        last_out <= cycle;
        if (received + 1 == OutBeats) first_out <= cycle;
        if (received + 1 == (frames / 2 + 1) * OutBeats) middle_out <= cycle;
      end
      if (m_axis_tvalid && m_axis_tready) begin
        received <= received + 1;
        observed[received] <= m_axis_tdata;
        if (m_axis_tdata !== expected[received] || received >= frames * OutBeats) begin
          mismatches <= mismatches + 1;
          if (mismatches == 0) begin
            first_bad <= received;
            first_got <= m_axis_tdata;
          end
        end
      end
    end
  end

  always_ff @(posedge done) $writememh(observed_file, observed);

endmodule
