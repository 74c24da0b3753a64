"""Switching activity, recorded of a design whose toggles one can count by head."""

from dataclasses import replace

import numpy as np
import pytest

from edgeflow.errors import MismatchError
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.rtl.design import Design, Stream
from edgeflow.verify import switching
from edgeflow.verify.switching import Window

# A register between two streams, and beside it a counter with its Gray code, one bit of which changes each cycle.
KNOWN = """\
module known (
  input  logic       clk_i, rst_ni,
  input  logic [3:0] s_axis_tdata,
  input  logic       s_axis_tvalid,
  output logic       s_axis_tready,
  output logic [3:0] m_axis_tdata,
  output logic       m_axis_tvalid,
  input  logic       m_axis_tready
);
  parameter int unsigned Steps = 16;
  logic [3:0] data_q, count_q, gray;
  logic [7:0] memory [4];
  logic       valid_q;

  assign gray          = count_q ^ (count_q >> 1);
  assign s_axis_tready = !valid_q || m_axis_tready;
  assign m_axis_tdata  = data_q;
  assign m_axis_tvalid = valid_q;

  initial for (int i = 0; i < 4; i++) memory[i] = '0;
  always_ff @(posedge clk_i) begin
    memory[count_q[1:0]] <= ~memory[count_q[1:0]];
    count_q <= rst_ni ? count_q + 4'd1 : '0;
    if (!rst_ni) valid_q <= 1'b0;
    else if (s_axis_tready) valid_q <= s_axis_tvalid;
    if (s_axis_tready) data_q <= s_axis_tdata;
  end
endmodule
"""
STREAM = Stream(Fixed(4, signed=False), features=1, lanes=1)
DESIGN = Design("known", {"known.sv": KNOWN}, {}, STREAM, STREAM, 1, 1, Cost())
EVERY_BIT = np.array([[0], [15]])  # in turns, all four bits of the register change each cycle
COUNTER = 16 + 8 + 4 + 2  # changes of its bits in 16 cycles


@pytest.mark.tools
def test_known_toggles_are_counted_exactly(store):
    found = switching.record(DESIGN, EVERY_BIT, EVERY_BIT, "two samples", store)
    assert (found.frames, found.cycles) == (256, 256)
    assert found.logic == 256 / (4 * 256), "the Gray code's four bits; ports, parameters and memories are no nets"
    assert found.registers == (16 * COUNTER + 4 * 256) / ((4 + 4 + 1) * 256), "valid_q stays one: it never toggles"
    assert found.bits == 4 + 9 and "SAIF of the RTL on two samples" in found.source


@pytest.mark.tools
def test_data_that_rests_switch_nothing(store):
    rest = np.zeros((1, 1), np.int64)
    found = switching.record(DESIGN, rest, rest, "one sample", store)
    assert found.registers == 16 * COUNTER / (9 * 256)


@pytest.mark.tools
def test_nothing_is_recorded_of_a_design_that_computes_wrongly(store):
    with pytest.raises(MismatchError, match="activity: received 260 of 260 beats, 130 of them differ"):
        switching.record(DESIGN, EVERY_BIT, np.zeros((2, 1), np.int64), "two samples", store)


def test_the_window_is_short_where_frames_are_long_and_opens_when_the_pipeline_is_full():
    assert Window.of(DESIGN) == Window(frames=256 + 3 + 1, warm_cycles=3, cycles=256)
    slow = replace(DESIGN, latency_cycles=7825, interval_cycles=4356)
    assert Window.of(slow) == Window(frames=9 + 4 + 1, warm_cycles=7825 + 2 * 4356, cycles=9 * 4356)
    assert Window.of(replace(slow, interval_cycles=10**6)).cycles == 4 * 10**6
