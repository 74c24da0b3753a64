// Response packer: takes one frame of logits from the core at full rate, then sends them as bytes with class and cycles.
//
// Payload: each logit in ValueBytes bytes, then the class in ClassBytes (the lowest index of the largest logit),
// then the core's cycles in four; all low byte first. A core with one output has an argmax of its own: that output is
// the class.
// Throughput: one byte a cycle, three cycles between words.
// Limits: send_i is heeded while full_o; the next frame is collected after clear_i, and no beat may come before that.
// tready is constant: the link has one frame in the core at a time, and a real one would be a net to every register
// of the core (84 instead of 100 MHz for a 64-16-10 network).

module ef_link_response #(
  parameter int unsigned Outputs    = 10,
  parameter int unsigned Lanes      = 10,    // values a beat; divides Outputs
  parameter int unsigned Width      = 16,    // bits a value, 32 at most
  parameter bit          Signed     = 1'b1,
  parameter int unsigned ValueBytes = 2,     // ceil(Width / 8)
  parameter int unsigned ClassBytes = 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic [Lanes*Width-1:0] s_axis_tdata,
  input  logic                   s_axis_tvalid,
  output logic                   s_axis_tready,

  input  logic                   clear_i,
  input  logic [31:0]            cycles_i,
  output logic                   full_o,
  input  logic                   send_i,
  output logic [15:0]            class_o,  // of the newest response

  output logic [7:0]             m_axis_tdata,
  output logic                   m_axis_tvalid,
  input  logic                   m_axis_tready
);

  if (Lanes == 0 || Outputs % Lanes != 0) begin : gen_bad_lanes
    $error("ef_link_response: Lanes must divide Outputs");
  end
  if (Width > 32 || ValueBytes != (Width + 7) / 8) begin : gen_bad_width
    $error("ef_link_response: Width must be at most 32 and ValueBytes ceil(Width / 8)");
  end
  if (Outputs > 65536 || (Outputs > 256 && ClassBytes < 2)) begin : gen_bad_class
    $error("ef_link_response: ClassBytes cannot hold the class index");
  end

  typedef enum logic [2:0] {Collect, Full, Load, Value, Compare, Class, Cycles, Send} state_e;

  localparam int unsigned Beats      = Outputs / Lanes;
  localparam int unsigned BeatWidth  = Lanes * Width;
  localparam int unsigned IndexWidth = Beats > 1 ? $clog2(Beats) : 1;
  localparam logic [IndexWidth-1:0] LastBeat  = IndexWidth'(Beats - 1);
  localparam logic [15:0]           LastLane  = 16'(Lanes - 1);

  state_e                state_q, next_q;  // next_q: after the word in Send
  logic [BeatWidth-1:0]  beats [Beats];
  logic [BeatWidth-1:0]  beat_q;
  logic [IndexWidth-1:0] index_q;
  logic [15:0]           lane_q, value_index_q, class_q, class_d;
  logic [31:0]           word_q;
  logic [2:0]            left_q;
  logic signed [Width:0] value, newest_q, best_q;  // one bit more: unsigned logits compare as signed
  logic                  better_q, fresh_q, accept;

  assign s_axis_tready = 1'b1;
  assign full_o        = state_q == Full;
  assign m_axis_tvalid = state_q == Send;
  assign m_axis_tdata  = word_q[7:0];
  assign accept        = m_axis_tvalid && m_axis_tready;
  assign class_d       = Outputs == 1 ? 16'(best_q) : class_q;
  assign value         = {Signed && beat_q[Width-1], beat_q[Width-1:0]};

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      state_q <= Collect;
      index_q <= '0;
    end else begin
      unique case (state_q)
        Collect:
          if (s_axis_tvalid) begin
            index_q <= index_q == LastBeat ? '0 : index_q + 1'b1;
            if (index_q == LastBeat) state_q <= Full;
          end
        Full: if (send_i) state_q <= Load;
        Load: state_q <= Value;
        Value: begin
          state_q <= Compare;
          next_q  <= lane_q != LastLane ? Value : index_q != LastBeat ? Load : Class;
          if (lane_q == LastLane) index_q <= index_q + 1'b1;
        end
        Compare: state_q <= Send;
        Class: begin
          state_q <= Send;
          next_q  <= Cycles;
        end
        Cycles: begin
          state_q <= Send;
          next_q  <= Full;
        end
        default: if (accept && left_q == 3'd1) state_q <= next_q;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    unique case (state_q)
      Collect: if (s_axis_tvalid) beats[index_q] <= s_axis_tdata;
      Full: value_index_q <= '0;
      Load: begin
        beat_q <= beats[index_q];
        lane_q <= '0;
      end
      Value: begin
        word_q   <= 32'(value);
        newest_q <= value;
        left_q   <= 3'(ValueBytes);
        beat_q   <= beat_q >> Width;
        lane_q   <= lane_q + 1'b1;
      end
      Compare: begin
        better_q <= value_index_q == '0 || newest_q > best_q;
        fresh_q  <= 1'b1;
      end
      Class: begin
        word_q  <= {16'd0, class_d};
        left_q  <= 3'(ClassBytes);
        class_o <= class_d;
      end
      Cycles: begin
        word_q <= cycles_i;
        left_q <= 3'd4;
      end
      default: begin
        if (accept) begin
          word_q <= word_q >> 8;
          left_q <= left_q - 1'b1;
        end
        // The comparison's result is acted on here, a cycle later: compare and keep in one cycle limits the clock.
        fresh_q <= 1'b0;
        if (fresh_q) value_index_q <= value_index_q + 1'b1;
        if (fresh_q && better_q) begin
          best_q  <= newest_q;
          class_q <= value_index_q;
        end
      end
    endcase
  end

endmodule
