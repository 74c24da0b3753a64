"""Energy before simulation: the same model with rates that are typical."""

import pytest

from edgeflow import pipeline
from edgeflow.estimate.activity import FOLDED, UNROLLED, typical
from edgeflow.implement.result import Cells
from edgeflow.recipe import hardware

CELLS = Cells(luts=2000, ffs=3000, brams=8, dsps=40, carries=900)


def test_rates_are_those_of_the_recorded_shape():
    assert typical(1) is UNROLLED and typical(64) is FOLDED
    for rates in (UNROLLED, FOLDED):
        assert 0 < rates.logic < 0.5 and 0 < rates.registers < 0.5 and "recorded" in rates.source


@pytest.mark.parametrize("board", ["ulx3s", "ulx3s_25f", "icebreaker", "tangnano9k", "tangnano20k"])
def test_every_family_has_an_estimate(board):
    found = pipeline.estimate_energy(CELLS, 512, hardware(board=board, clock_mhz=24))
    assert 0 < found.low_nj < found.frame_nj < found.high_nj
    assert found.timing.frame_us == pytest.approx(512 / 24)


def test_a_larger_die_costs_static_power():
    small, large = (pipeline.estimate_energy(CELLS, 512, hardware(board=board)) for board in ("ulx3s_25f", "ulx3s"))
    assert large.static_mw / small.static_mw == pytest.approx(212 / 77)
