"""A design on a board: sources in order, constants, and what cannot work."""

from dataclasses import replace

import dummy_design
import pytest

from edgeflow import link
from edgeflow.boards import _board
from edgeflow.errors import InputError
from edgeflow.families import _family
from edgeflow.implement.wrapper import wrap

BOARD = _board.load("ulx3s")
DESIGN = dummy_design.design()


def test_sources_run_from_packages_to_top():
    whole = wrap(DESIGN, BOARD, 100)
    names = list(whole.sources)
    assert names[:2] == ["ef_board_pkg.sv", "ef_link_pkg.sv"] and names[-1] == "ulx3s_top.sv"
    assert names.index("dummy_core.sv") < names.index("ef_core.sv") < names.index("ulx3s_top.sv")
    assert whole.memories == DESIGN.memories
    assert (whole.clock_mhz, whole.clocks_per_bit) == (100.0, 100)


def test_constants_come_from_the_design():
    package = wrap(DESIGN, BOARD, 110).sources["ef_board_pkg.sv"]
    for line in ("PllFeedbackDiv = 22", "ClocksPerBit = 110", "SilenceCycles = 2200000", "InLanes = 2", "OutWidth = 6"):
        assert f" {line};" in package
    assert f"Identity = 184'h{link.identity(DESIGN, 110).encode()[::-1].hex()};" in package


def test_the_identity_moves_with_the_design():
    other = replace(DESIGN, memories={"dummy_rom.hex": "0\n1\n2\n3\n"})
    assert link.design_id(other) != link.design_id(DESIGN) == link.design_id(dummy_design.design())


@pytest.mark.parametrize("name", ["ulx3s_top", "ef_core", "ef_link"])
def test_a_design_named_like_the_board_is_refused(name):
    with pytest.raises(InputError, match=rf"{name}.sv is also a file of the board; rename the design"):
        wrap(replace(DESIGN, top=name), BOARD, 100)


def test_a_clock_too_slow_for_the_uart_is_refused():
    with pytest.raises(InputError, match=r"1000000 baud at clock_mhz = 5 is 5 cycles a bit"):
        wrap(DESIGN, BOARD, 5)
    with pytest.raises(InputError, match=r"is 9 cycles a bit, 2.8% off"):
        wrap(DESIGN, replace(BOARD, uart=replace(BOARD.uart, baud=2_700_000)), 25)


def test_constraints_place_every_port():
    text = _family.of(BOARD).constraints(BOARD)
    assert 'FREQUENCY PORT "clk_25mhz" 25.000000 MHZ;' in text
    assert 'LOCATE COMP "ftdi_rxd" SITE "L4";' in text and 'LOCATE COMP "ftdi_txd" SITE "M1";' in text
    assert 'IOBUF PORT "btn[1]" IO_TYPE=LVCMOS33 PULLMODE=DOWN;' in text
    assert text.count("LOCATE") == len(BOARD.pins)
