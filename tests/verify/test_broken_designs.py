"""Verification sees every way of being wrong that we could think of, and says where."""

import re
from dataclasses import replace

import numpy as np
import pytest
import small

from edgeflow.errors import MismatchError
from edgeflow.kernels._unit import hex_rows
from edgeflow.verify import ladder

pytestmark = pytest.mark.tools
UNROLLED = "tiny_unrolled_1.sv"


def message(design, store):
    """What ``check`` says of a broken design."""
    with pytest.raises(MismatchError) as failure:
        ladder.check(small.verify(design, store), design)
    return str(failure.value)


def test_the_design_is_right_before_it_is_broken(store):
    design = small.design()
    result = ladder.check(small.verify(design, store), design)
    assert (result.mismatches, result.difference, result.samples, result.test_samples) == (0, None, 40, 30)
    assert result.accuracy == {"firmware": 1.0, "network": 1.0, "rtl": 1.0}
    assert (result.latency_cycles, result.interval_cycles) == (design.latency_cycles, design.interval_cycles)


def test_a_flipped_weight(store):
    text = small.design().memories["tiny_0_weight_file.hex"]
    row = text.splitlines()[0]
    flipped = f"{int(row, 16) ^ 4:0{len(row)}x}"
    found = message(small.mutated(small.design(), "tiny_0_weight_file.hex", row, flipped), store)
    assert re.search(r"RTL differs from Network first in layer second, sample \d+, channel \d: expected", found), found


def test_swapped_lanes_name_the_first_channel(store):
    text = small.design().sources[UNROLLED]
    first, second = re.findall(r"assign result\[.*?\] = (.*?);", text)[1:3]
    design = small.mutated(small.design(), UNROLLED, f"= {first};", "= SWAP;")
    design = small.mutated(design, UNROLLED, f"= {second};", f"= {first};")
    found = message(small.mutated(design, UNROLLED, "SWAP", second), store)
    assert "channel 1: expected" in found
    assert "(simulated: full rate)" in found


def test_a_dropped_register(store):
    """A value that arrives a cycle early meets another frame's."""
    text = small.design().sources[UNROLLED]
    used = re.search(r"assign n\d+ = .*?(n\d+)_q1\b", text)
    line = used.group(0)
    assert "layer second" in message(small.mutated(small.design(), UNROLLED, line, line.replace("_q1", "")), store)


def test_one_cycle_late(store):
    design = small.design()
    late = replace(design, latency_cycles=design.latency_cycles - 1)
    cycles = f"latency, interval measured ({design.latency_cycles}, {design.interval_cycles}) cycles, formulas say"
    assert cycles in message(late, store)


def test_a_slow_design_is_not_its_formula(store):
    """A fold that idles one cycle a frame computes the right values."""
    design = small.mutated(
        small.design(),
        "ef_replay.sv",
        "assign read          = advance && (",
        "logic rest_q; always_ff @(posedge clk_i) rest_q <= frame_out;\n  assign read = advance && !rest_q && (",
    )
    assert "latency, interval measured" in message(design, store)


def test_a_beat_lost_in_a_stall(store):
    design = small.mutated(
        small.design(), "ef_skid.sv", "else full_q <= m_axis_tvalid && !m_axis_tready;", "else full_q <= 1'b0;"
    )
    assert re.search(r"simulation: received \d+ of 40 beats in phase 'gaps and stalls'", message(design, store))


def test_a_beat_sent_twice(store):
    design = small.mutated(small.design(), "ef_skid.sv", "m_axis_tvalid && !m_axis_tready;", "m_axis_tvalid;")
    assert re.search(r"received \d+ of 40 beats|RTL differs", message(design, store))


def test_reset_that_leaves_a_position(store):
    design = small.mutated(small.design(), "ef_dense.sv", "index_q     <= '0;", "")
    assert "reset in mid-frame" in message(design, store)


def test_data_that_change_while_they_wait(store):
    """The right value in the cycle in which it is taken, another one before."""
    text = "assign m_axis_tdata  = full_q ? waiting_q : s_axis_tdata;"
    fickle = "assign m_axis_tdata = m_axis_tready ? (full_q ? waiting_q : s_axis_tdata) : '0;"
    found = message(small.mutated(small.design(), "ef_skid.sv", text, fickle), store)
    assert "changed or withdrew an output beat that waited for tready" in found


def test_a_design_that_says_nothing(store):
    design = small.mutated(small.design(), "ef_skid.sv", "= full_q || s_axis_tvalid;", "= 1'b0;")
    assert "received 0 of 40 beats in phase 'full rate'" in message(design, store)


def test_a_wrong_bias_names_its_sample_channel_and_value(store):
    """Small enough to be computed by hand: bias 0 of the folded layer is one more, wherever relu lets it through."""
    model, x = small.network(), small.frames()
    kernel = model.layers[0].kernel
    bias = kernel.bias.copy()
    bias[0] += 16
    text = hex_rows(bias.reshape(2, 2), kernel.y.width)
    design = small.design()
    name = next(n for n in design.memories if "bias" in n)
    broken = replace(design, memories=design.memories | {name: text})
    wrong = x @ kernel.weight + bias
    logits = model.layers[2].kernel.golden(model.layers[1].kernel.golden(wrong))
    sample, channel = (int(i) for i in np.argwhere(logits != model.run(x))[0])
    difference = small.verify(broken, store).difference
    assert (difference.sample, difference.channel, difference.phase) == (sample, channel, "full rate")
    assert difference.expected == model.output.real(model.run(x))[sample, channel]
    assert difference.got == model.output.real(logits)[sample, channel]
