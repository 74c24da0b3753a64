"""A small hand-written core with the Design interface, for tests of everything around a core.

Four unsigned 4-bit features in two beats of two lanes; three signed 6-bit logits in one beat:
``y = (x0 + rom[x2 % 4], x0 + x1 + x2 + x3 - 32, x0 - x1)``, wrapped to 6 bits.
"""

import numpy as np

from edgeflow.fixedpoint import Fixed, Integers, Overflow, limit
from edgeflow.kernels._cost import Cost
from edgeflow.rtl.design import Design, Stream

ROM = (1, 2, 3, 4)
Y = Fixed(6)

SOURCE = """
module dummy_core (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [7:0]  s_axis_tdata,
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  output logic [17:0] m_axis_tdata,
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready
);

  logic [3:0] rom [4];
  initial $readmemh("dummy_rom.hex", rom);

  logic [3:0] x0_q, x1_q, x2, x3;
  logic       second_q, accept;
  logic [5:0] y0_q, y1_q, y2_q;

  assign s_axis_tready = !m_axis_tvalid;
  assign accept        = s_axis_tvalid && s_axis_tready;
  assign {x3, x2}      = s_axis_tdata;
  assign m_axis_tdata  = {y2_q, y1_q, y0_q};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      second_q      <= 1'b0;
      m_axis_tvalid <= 1'b0;
    end else begin
      if (accept) second_q <= !second_q;
      if (accept && second_q) m_axis_tvalid <= 1'b1;
      else if (m_axis_tready) m_axis_tvalid <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (accept && !second_q) {x1_q, x0_q} <= s_axis_tdata;
    if (accept && second_q) begin
      y0_q <= 6'(x0_q) + 6'(rom[x2[1:0]]);
      y1_q <= 6'(x0_q) + 6'(x1_q) + 6'(x2) + 6'(x3) - 6'd32;
      y2_q <= 6'(x0_q) - 6'(x1_q);
    end
  end

endmodule
"""


def design() -> Design:
    return Design(
        top="dummy_core",
        sources={"dummy_core.sv": SOURCE},
        memories={"dummy_rom.hex": "".join(f"{word:x}\n" for word in ROM)},
        s_axis=Stream(Fixed(4, signed=False), 4, 2),
        m_axis=Stream(Y, 3, 3),
        latency_cycles=2,
        interval_cycles=3,
        cost=Cost(),
    )


def golden(x: Integers) -> Integers:
    """Logits (batch, 3) of features (batch, 4)."""
    rom = np.array(ROM)[x[:, 2] % 4]
    y = np.stack([x[:, 0] + rom, x.sum(axis=1) - 32, x[:, 0] - x[:, 1]], axis=1)
    return limit(y, Y, Overflow.WRAP)


WIDE_SOURCE = """
module wide_core (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [9:0]  s_axis_tdata,
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  output logic [11:0] m_axis_tdata,
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready
);

  logic [9:0] x_q [6];
  logic [2:0] in_q, x_index_q;
  logic [8:0] out_q;

  assign s_axis_tready = !m_axis_tvalid;
  assign m_axis_tdata  = {{2{x_q[x_index_q][9]}}, x_q[x_index_q]} + 12'(out_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      in_q          <= '0;
      x_index_q     <= '0;
      out_q         <= '0;
      m_axis_tvalid <= 1'b0;
    end else if (s_axis_tvalid && s_axis_tready) begin
      in_q          <= in_q == 3'd5 ? '0 : in_q + 1'b1;
      m_axis_tvalid <= in_q == 3'd5;
    end else if (m_axis_tvalid && m_axis_tready) begin
      x_index_q     <= out_q == 9'd299 || x_index_q == 3'd5 ? '0 : x_index_q + 1'b1;
      out_q         <= out_q == 9'd299 ? '0 : out_q + 1'b1;
      m_axis_tvalid <= out_q != 9'd299;
    end
  end

  always_ff @(posedge clk_i) if (s_axis_tvalid && s_axis_tready) x_q[in_q] <= s_axis_tdata;

endmodule
"""


def wide_design() -> Design:
    """Everything the other is not: signed 10-bit features and 300 unsigned 12-bit logits, one value a beat."""
    return Design(
        top="wide_core",
        sources={"wide_core.sv": WIDE_SOURCE},
        memories={},
        s_axis=Stream(Fixed(10, 2), 6, 1),
        m_axis=Stream(Fixed(12, 2, signed=False), 300, 1),
        latency_cycles=5 + 300,
        interval_cycles=6 + 300,
        cost=Cost(),
    )


def wide_golden(x: Integers) -> Integers:
    """``y[o] = x[o % 6] + o`` modulo 4096."""
    return limit(x[:, np.arange(300) % 6] + np.arange(300), Fixed(12, 2, signed=False), Overflow.WRAP)
