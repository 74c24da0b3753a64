"""Where memories go: the cases seen in Yosys' logs (0.70), and the borders of its rule."""

import pytest

from edgeflow.errors import InputError
from edgeflow.estimate.devices import ECP5, GOWIN, ICE40, device
from edgeflow.estimate.memories import BLOCKS, LOGIC, LUTS, Mapped, place


def placed(device, rows, width, written=True, forced=False):
    return place(rows, width, written, device.blocks, device.cells, forced)


@pytest.mark.parametrize(
    ("rows", "width", "where", "cells"),
    [
        (128, 4, LUTS, 8),  # a ring of windows: eight cells deep
        (128, 10, LUTS, 24),  # ten bits take three cells
        (64, 3, LUTS, 4),  # three bits take a cell
        (256, 5, BLOCKS, 1),  # cells and their multiplexers are dearer than a block
        (128, 21, BLOCKS, 1),
        (512, 2, BLOCKS, 1),
        (2, 2, LOGIC, 0),  # a few flip-flops are cheapest
    ],
)
def test_what_is_written_on_ecp5(rows, width, where, cells):
    found = placed(ECP5, rows, width)
    assert (found.where, found.cells) == (where, cells)


def test_ice40_has_no_memory_in_luts():
    assert placed(ICE40, 64, 3).where == BLOCKS
    assert placed(ICE40, 16, 4) == Mapped(LOGIC)


def test_weights_go_to_blocks_where_they_are_told_to():
    assert placed(ECP5, 48, 5, written=False, forced=True) == Mapped(BLOCKS, 1)
    assert placed(GOWIN, 24, 40, written=False, forced=True).cells == 2
    assert placed(ICE40, 512, 16, written=False, forced=True) == Mapped(BLOCKS, 2)


def test_bits_that_nobody_reads_may_cost_a_block_but_no_more():
    assert place(64, 12, True, ICE40.blocks, None).cells == 1
    assert place(64, 12, True, ICE40.blocks, None, away=6).cells == 2, "of 18 bits the last 12, in blocks of 16"
    assert place(64, 12, True, ICE40.blocks, None, away=16).cells == 1


def test_small_constants_stay_in_logic():
    assert placed(ECP5, 12, 14, written=False).where == LOGIC
    assert placed(ECP5, 1024, 16, written=False).where == BLOCKS


def test_constant_columns_need_no_memory():
    assert placed(ECP5, 48, 0, written=False, forced=True) == Mapped(LOGIC)


def test_an_unknown_family_is_refused():
    with pytest.raises(InputError, match='did you mean "ecp5"'):
        device("ecp6")
