"""Nothing fits: which resource, how much is missing, and what was tried and would do."""

import re
from dataclasses import asdict

import fitted
import pytest

from edgeflow.boards import _board
from edgeflow.errors import DoesNotFitError
from edgeflow.fit.advice import larger
from edgeflow.fit.fit import fit

WIDE = fitted.mlp(64, 48, 8, w=fitted.W)


def refused(wanted, board, narrower=None):
    with pytest.raises(DoesNotFitError) as caught:
        fit(wanted, board, narrower=narrower)
    assert caught.value.exit_code == 5
    return str(caught.value)


def test_the_smallest_design_is_named_with_what_is_missing():
    said = refused(fitted.wanted(WIDE), fitted.board(luts=120))
    numbers = re.search(r"luts: ([\d,]+) needed, ([\d,]+) there for the network, ([\d,]+) too many", said)
    need, there, many = (int(number.replace(",", "")) for number in numbers.groups())
    assert need - there == many > 0 and "the smallest design does not fit" in said


def test_a_rate_beyond_the_part_names_the_rate_that_fits():
    board = fitted.board(luts=900, dsps=4)
    said = refused(fitted.wanted(WIDE, min_fps=1_000_000), board)
    best = fit(fitted.wanted(WIDE), board)
    assert f"less would: {best.fps:,.0f} frames/s" in said and "1e+06 frames/s" in said
    assert re.search(r"would take about [\d,]+ luts of \d+", said)


def test_a_rate_beyond_every_clock():
    said = refused(fitted.wanted(fitted.cnn(), max_latency_us=0.01), _board.load("icebreaker"))
    assert "out of reach: no shapes take fewer than 1 cycles a frame" in said and "less would: " in said


def test_the_larger_board_that_is_named_would_do():
    wanted = fitted.wanted(WIDE, min_fps=200_000)
    said = refused(wanted, fitted.board("icebreaker", luts=600))
    name = said.split("--board ")[1].split(",")[0]
    assert fit(wanted, _board.load(name)).fps >= 200_000


def test_fewer_bits_that_are_named_would_do():
    narrow = fitted.wanted(fitted.mlp(16, 12, 8, w=fitted.Fixed(2, 1)))
    wide, asked = fitted.wanted(fitted.mlp(16, 12, 8)), []
    board = fitted.board(luts=330, dsps=0)

    def narrower(bits):
        asked.append(bits)
        return narrow if bits == 2 else wide

    said = refused(wide, board, narrower)
    assert asked == [1, 2] and "narrower would: 2 bits less" in said
    assert fit(narrow, board)


def test_larger_boards_have_less_of_nothing():
    for name in ("icebreaker", "tangnano9k", "ulx3s_12f"):
        here = _board.load(name)
        found = larger(here)
        assert [one.budget.luts for one in found] == sorted(one.budget.luts for one in found)
        for one in found:
            assert all(there >= asdict(here.budget)[key] for key, there in asdict(one.budget).items())
    assert larger(_board.load("ulx3s")) == []
