// Serial link of a core: answers Identify and Infer requests on a UART, and every broken frame with an error code.
//
// Frame: ef_link_pkg.sv and edgeflow/link.py. The core sees whole, checked frames only.
// cycles in a response: from the first input beat accepted to the last output beat valid.
// Limits: one request is worked on while the next is received; a third one before that is answered is an overrun.

module ef_link #(
  parameter int unsigned            ClocksPerBit     = 100,
  parameter int unsigned            SilenceCycles    = 2_000_000,  // line silence that ends a broken frame
  parameter int unsigned            IdentityBytes    = 1,
  parameter bit [8*IdentityBytes-1:0] Identity       = '0,         // payload of the Identify answer, first byte low
  parameter int unsigned            InFeatures       = 64,
  parameter int unsigned            InLanes          = 64,
  parameter int unsigned            InWidth          = 4,
  parameter int unsigned            OutFeatures      = 10,
  parameter int unsigned            OutLanes         = 10,
  parameter int unsigned            OutWidth         = 16,
  parameter bit                     OutSigned        = 1'b1
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,

  input  logic                         rx_i,
  output logic                         tx_o,
  output logic [15:0]                  class_o,   // of the last answer
  output logic                         error_o,   // the last frame was broken

  output logic [InLanes*InWidth-1:0]   m_axis_tdata,  // to the core
  output logic                         m_axis_tvalid,
  input  logic                         m_axis_tready,

  input  logic [OutLanes*OutWidth-1:0] s_axis_tdata,  // from the core
  input  logic                         s_axis_tvalid,
  output logic                         s_axis_tready
);

  import ef_link_pkg::*;

  localparam int unsigned InBytes    = (InWidth + 7) / 8;
  localparam int unsigned OutBytes   = (OutWidth + 7) / 8;
  localparam int unsigned ClassBytes = (OutFeatures == 1 ? OutWidth > 8 : OutFeatures > 256) ? 2 : 1;
  localparam int unsigned ReplyBytes = OutFeatures * OutBytes + ClassBytes + 4;

  if (SilenceCycles < 20 * ClocksPerBit) begin : gen_bad_silence
    $error("ef_link: SilenceCycles must be at least two bytes on the line, 20 * ClocksPerBit");
  end
  if (ReplyBytes > 65535) begin : gen_bad_reply
    $error("ef_link: the response is longer than its length field can say");
  end

  typedef enum logic [2:0] {Idle, Feed, Wait, Reply, Finish} state_e;

  state_e                   state_q;
  logic [7:0]               rx_byte, payload, event_command, event_error;
  logic                     rx_valid, rx_bad, payload_start, payload_valid, event_valid, event_ready;
  logic                     take, fed, full, frame_start, frame_ready;
  logic [7:0]               command_q, error_q;
  logic [31:0]              cycles_q, stop_q;
  logic [8*IdentityBytes-1:0] identity_q;
  logic [7:0]               reply_data, result_data, tx_data;
  logic                     reply_valid, reply_ready, result_valid, tx_valid, tx_ready;
  logic [15:0]              reply_length;
  logic                     running_q;

  ef_uart_rx #(.ClocksPerBit(ClocksPerBit)) u_uart_rx (
    .clk_i, .rst_ni, .rx_i, .data_o(rx_byte), .valid_o(rx_valid), .bad_o(rx_bad)
  );

  ef_frame_rx #(.InferBytes(InFeatures * InBytes), .SilenceCycles(SilenceCycles)) u_frame_rx (
    .clk_i, .rst_ni,
    .byte_i(rx_byte), .byte_valid_i(rx_valid), .byte_bad_i(rx_bad),
    .payload_start_o(payload_start), .payload_o(payload), .payload_valid_o(payload_valid),
    .event_command_o(event_command), .event_error_o(event_error),
    .event_valid_o(event_valid), .event_ready_i(event_ready)
  );

  ef_link_request #(.Features(InFeatures), .Lanes(InLanes), .Width(InWidth), .ValueBytes(InBytes)) u_request (
    .clk_i, .rst_ni,
    .start_i(payload_start), .byte_i(payload), .byte_valid_i(payload_valid),
    .send_i(take && event_error == NoError && event_command == Infer), .done_o(fed),
    .m_axis_tdata, .m_axis_tvalid, .m_axis_tready
  );

  ef_link_response #(
    .Outputs(OutFeatures), .Lanes(OutLanes), .Width(OutWidth), .Signed(OutSigned),
    .ValueBytes(OutBytes), .ClassBytes(ClassBytes)
  ) u_response (
    .clk_i, .rst_ni,
    .s_axis_tdata, .s_axis_tvalid, .s_axis_tready,
    .clear_i(take), .cycles_i(stop_q), .full_o(full), .send_i(state_q == Wait), .class_o,
    .m_axis_tdata(result_data), .m_axis_tvalid(result_valid),
    .m_axis_tready(reply_ready && command_q == (Infer | Answer))
  );

  // The request buffer is free again only when the core has taken all of it: until then the event stays unaccepted.
  assign take        = state_q == Idle && event_valid;
  assign event_ready = state_q == Feed && fed;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= Idle;
      error_o <= 1'b0;
    end else begin
      unique case (state_q)
        Idle: if (event_valid) begin
          state_q <= Feed;
          error_o <= event_error != NoError;
        end
        Feed: if (fed) state_q <= command_q == (Infer | Answer) ? Wait : Reply;
        Wait: if (full) state_q <= Reply;
        Reply: if (frame_ready) state_q <= Finish;
        default: if (frame_ready) state_q <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      command_q  <= event_error == NoError ? event_command | Answer : Error;
      error_q    <= event_error;
      identity_q <= Identity;
    end else if (reply_ready && reply_valid) begin
      identity_q <= identity_q >> 8;
    end
  end

  // Running from the first input beat on; stop_q keeps the count at the newest output beat.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || take) running_q <= 1'b0;
    else if (m_axis_tvalid && m_axis_tready) running_q <= 1'b1;
    cycles_q <= running_q ? cycles_q + 32'd1 : 32'd1;
    if (s_axis_tvalid && s_axis_tready) stop_q <= running_q ? cycles_q : 32'd0;
  end

  assign frame_start = state_q == Reply;

  always_comb begin
    unique case (command_q)
      Infer | Answer: begin
        reply_length = 16'(ReplyBytes);
        reply_data   = result_data;
        reply_valid  = result_valid;
      end
      Identify | Answer: begin
        reply_length = 16'(IdentityBytes);
        reply_data   = identity_q[7:0];
        reply_valid  = 1'b1;
      end
      default: begin
        reply_length = 16'd1;
        reply_data   = error_q;
        reply_valid  = 1'b1;
      end
    endcase
  end

  ef_frame_tx u_frame_tx (
    .clk_i, .rst_ni,
    .start_i(frame_start), .command_i(command_q), .length_i(reply_length), .ready_o(frame_ready),
    .s_axis_tdata(reply_data), .s_axis_tvalid(reply_valid), .s_axis_tready(reply_ready),
    .m_axis_tdata(tx_data), .m_axis_tvalid(tx_valid), .m_axis_tready(tx_ready)
  );

  ef_uart_tx #(.ClocksPerBit(ClocksPerBit)) u_uart_tx (
    .clk_i, .rst_ni,
    .s_axis_tdata(tx_data), .s_axis_tvalid(tx_valid), .s_axis_tready(tx_ready), .tx_o
  );

endmodule
