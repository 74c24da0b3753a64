// Window generator: a line buffer that reads, for each output pixel, the pixels under its kernel; zero outside the image.
//
// Golden: edgeflow/kernels/_geometry.py (which pixels), edgeflow/kernels/_window.py (tables and cycles).
// The image is a ring of words, written in order and read by address, so that input goes on while windows are read and
//   the next frame's first rows wait when the last window of this frame leaves. Each tap that is read in parallel has a
//   copy of the ring. Where rows, columns and taps lie comes from tables.
// Latency: the first beat of a window is valid 3 cycles after its last word was accepted.
// Throughput: a beat a cycle; a frame in the larger of FrameWords and its output beats.

module ef_window #(
  parameter int unsigned Lanes         = 1,   // channels in a word of one pixel
  parameter int unsigned XWidth        = 8,   // value, bits
  parameter int unsigned InPixels      = 1,   // pixels in an input beat
  parameter int unsigned Pixels        = 1,   // windows in an output beat
  parameter int unsigned Taps          = 9,   // taps of each window in an output beat
  parameter int unsigned TapGroups     = 1,   // output beats for all taps
  parameter int unsigned ChannelGroups = 1,   // words of a pixel
  parameter bit          ChannelsOuter = 1'b0,  // all taps of a word before the next; else all words of a tap
  parameter int unsigned Repeats       = 1,   // times each window is sent
  parameter int unsigned Rows          = 4,   // of the output image
  parameter int unsigned Columns       = 4,   // of the output image, / Pixels
  parameter int unsigned KernelHeight  = 3,
  parameter int unsigned KernelWidth   = 3,
  parameter int unsigned StepX         = 1,   // columns between neighbouring windows
  parameter int unsigned DilationX     = 1,   // columns between neighbouring taps
  parameter int unsigned PadX          = 0,   // columns to the left of the image
  parameter int unsigned FrameWords    = 36,  // input beats in a frame
  parameter int unsigned AddressWidth  = 6,   // the ring holds 2**AddressWidth words
  parameter bit          OutsideLowest = 1'b0,  // padding is the lowest signed value, not zero
  parameter              RowFile       = "",  // Rows of {mask, oldest, needed, word}: taps inside, words from the frame's first
  parameter              ColumnFile    = "",  // Columns of {mask, needed, word}
  parameter              TapFile       = ""   // TapGroups rows of one word offset for each tap of a beat
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,  // synchronous, resets control only

  input  logic [InPixels*Lanes*XWidth-1:0]     s_axis_tdata,
  input  logic                                 s_axis_tvalid,
  output logic                                 s_axis_tready,

  output logic [Pixels*Taps*Lanes*XWidth-1:0]  m_axis_tdata,
  output logic                                 m_axis_tvalid,
  input  logic                                 m_axis_tready
);

  if (Taps * TapGroups != KernelHeight * KernelWidth || (Pixels > 1 && TapGroups > 1)) begin : gen_bad_parameters
    $error("ef_window: Taps * TapGroups must be the kernel's size, and several Pixels need all taps at once");
  end

  localparam int unsigned WordWidth   = Lanes * XWidth;
  localparam int unsigned CountWidth  = AddressWidth + 2;  // counts words; differences keep their sign
  localparam int unsigned Kernel      = KernelHeight * KernelWidth;
  localparam int unsigned ColumnMask  = Pixels * KernelWidth;
  localparam int unsigned RowBits     = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int unsigned ColumnBits  = (Columns > 1) ? $clog2(Columns) : 1;
  localparam int unsigned GroupBits   = (ChannelGroups > 1) ? $clog2(ChannelGroups) : 1;
  localparam int unsigned TapBits     = (TapGroups > 1) ? $clog2(TapGroups) : 1;
  localparam int unsigned RepeatBits  = (Repeats > 1) ? $clog2(Repeats) : 1;
  localparam int unsigned Copies      = Pixels * Taps;
  localparam logic [XWidth-1:0]     Outside    = OutsideLowest ? {1'b1, {(XWidth-1){1'b0}}} : '0;
  localparam logic [RowBits-1:0]    LastRow    = RowBits'(Rows - 1);
  localparam logic [ColumnBits-1:0] LastColumn = ColumnBits'(Columns - 1);
  localparam logic [GroupBits-1:0]  LastGroup  = GroupBits'(ChannelGroups - 1);
  localparam logic [TapBits-1:0]    LastTap    = TapBits'(TapGroups - 1);
  localparam logic [RepeatBits-1:0] LastRepeat = RepeatBits'(Repeats - 1);

  typedef struct packed {
    logic [KernelHeight-1:0] mask;
    logic [CountWidth-1:0]   oldest;  // first word that this row of windows still needs
    logic [CountWidth-1:0]   needed;  // with the column's: words that must have come
    logic [CountWidth-1:0]   word;    // with the column's: where the window starts, modulo the counter
  } row_t;

  typedef struct packed {
    logic [ColumnMask-1:0] mask;
    logic [CountWidth-1:0] needed;
    logic [CountWidth-1:0] word;
  } column_t;

  logic [$bits(row_t)-1:0]    row_rom    [Rows];
  logic [$bits(column_t)-1:0] column_rom [Columns];
  logic [Copies*AddressWidth-1:0] tap_rom [TapGroups];
  initial $readmemh(RowFile, row_rom);
  initial $readmemh(ColumnFile, column_rom);
  initial $readmemh(TapFile, tap_rom);

  // Writing: as long as the word that would be overwritten is no longer needed.
  logic [CountWidth-1:0] written_q, oldest_read_q;
  logic [1:0]            filled;  // rings of words
  logic                  write;

  assign filled        = 2'((written_q - oldest_read_q) >> AddressWidth);
  assign s_axis_tready = filled != 2'd1;  // above: less than no word, where windows skip rows
  assign write         = s_axis_tvalid && s_axis_tready;

  // Reading: the current window, and where the next one is.
  row_t    row;
  column_t column;
  logic                    loaded_q, load, fire, advance, have;
  logic                    group_last, tap_last, repeat_last, window_last;
  logic [RowBits-1:0]      next_row_q;
  logic [ColumnBits-1:0]   next_column_q;
  logic [CountWidth-1:0]   next_frame_q, needed_q, oldest_q, ahead;
  logic [AddressWidth-1:0] word_q;
  logic [KernelHeight-1:0] row_mask_q;
  logic [ColumnMask-1:0]   column_mask_q;
  logic [GroupBits-1:0]    group_q;
  logic [TapBits-1:0]      tap_q;
  logic [RepeatBits-1:0]   repeat_q;
  logic                    address_valid_q, valid_q;

  assign row         = row_rom[next_row_q];
  assign column      = column_rom[next_column_q];
  assign ahead       = written_q - needed_q;
  assign have        = !ahead[CountWidth-1];
  assign advance     = !valid_q || m_axis_tready;
  assign fire        = loaded_q && have && advance;
  assign group_last  = group_q == LastGroup;
  assign tap_last    = tap_q == LastTap;
  assign repeat_last = repeat_q == LastRepeat;
  assign window_last = group_last && tap_last && repeat_last;
  assign load        = !loaded_q || (fire && window_last);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {next_row_q, next_column_q, next_frame_q, group_q, tap_q, repeat_q} <= '0;
      {written_q, oldest_q, oldest_read_q} <= '0;
      {loaded_q, address_valid_q, valid_q} <= '0;
    end else begin
      loaded_q <= 1'b1;
      if (write) written_q <= written_q + 1'b1;
      if (advance) begin
        address_valid_q <= fire;
        valid_q         <= address_valid_q;
        oldest_read_q   <= oldest_q;  // one behind: its words are read at the next edge
      end
      if (fire) begin
        if (!ChannelsOuter || tap_last) group_q <= group_last ? '0 : group_q + 1'b1;
        if (ChannelsOuter || group_last) tap_q <= tap_last ? '0 : tap_q + 1'b1;
        if (group_last && tap_last) repeat_q <= repeat_last ? '0 : repeat_q + 1'b1;
      end
      if (load) begin
        oldest_q      <= next_frame_q + row.oldest;
        next_column_q <= (next_column_q == LastColumn) ? '0 : next_column_q + 1'b1;
        if (next_column_q == LastColumn) begin
          next_row_q <= (next_row_q == LastRow) ? '0 : next_row_q + 1'b1;
          if (next_row_q == LastRow) next_frame_q <= next_frame_q + CountWidth'(FrameWords);
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (load) begin
      needed_q      <= next_frame_q + row.needed + column.needed;
      word_q        <= AddressWidth'(next_frame_q + row.word + column.word);
      row_mask_q    <= row.mask;
      column_mask_q <= column.mask;
    end
  end

  logic [Copies*AddressWidth-1:0] offsets;
  assign offsets = tap_rom[tap_q];

  for (genvar p = 0; p < int'(Pixels); p++) begin : gen_pixel
    // Which taps of this window lie inside the image, by tap.
    logic [Kernel-1:0] in_image;
    for (genvar k = 0; k < int'(Kernel); k++) begin : gen_inside
      assign in_image[k] = row_mask_q[k / int'(KernelWidth)] && column_mask_q[p*int'(KernelWidth) + k % int'(KernelWidth)];
    end

    for (genvar t = 0; t < int'(Taps); t++) begin : gen_tap
      localparam int unsigned Copy = p * Taps + t;
      // The window's first column is a multiple of InPixels, so a tap always lies in the same place of a word.
      localparam int unsigned Place =
        (p * StepX + (t % KernelWidth) * DilationX + InPixels * PadX - PadX) % InPixels;

      logic [WordWidth-1:0]    ring [2**AddressWidth];
      logic [AddressWidth-1:0] address_q;
      logic [WordWidth-1:0]    read_q;
      logic [TapGroups-1:0]    inside_by_group;
      logic                    inside_address_q, inside_q;

      for (genvar g = 0; g < int'(TapGroups); g++) begin : gen_group
        assign inside_by_group[g] = in_image[g*int'(Taps) + t];
      end

      always_ff @(posedge clk_i) begin
        if (write) ring[written_q[AddressWidth-1:0]] <= s_axis_tdata[Place*WordWidth +: WordWidth];
        if (advance) begin
          address_q        <= word_q + offsets[Copy*AddressWidth +: AddressWidth] + AddressWidth'(group_q);
          inside_address_q <= inside_by_group[tap_q];
          read_q           <= ring[address_q];
          inside_q         <= inside_address_q;
        end
      end

      assign m_axis_tdata[Copy*WordWidth +: WordWidth] = inside_q ? read_q : {Lanes{Outside}};
    end
  end

  assign m_axis_tvalid = valid_q;

endmodule
