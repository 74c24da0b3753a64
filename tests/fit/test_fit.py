"""What is chosen: exact in cycles, true to its goal, no slower than any other design that fits."""

from dataclasses import replace
from itertools import product

import fitted
import networks
import pick as choose
import pytest
from batch import check_all

from edgeflow.boards import _board
from edgeflow.errors import InputError
from edgeflow.families import _family
from edgeflow.fit import clocks
from edgeflow.fit.fit import fit
from edgeflow.fit.room import RESOURCES, room_of
from edgeflow.fit.trial import Needs
from edgeflow.kernels._unit import foldable
from edgeflow.rtl.generate import generate
from edgeflow.rtl.options import shapes_of

GOALS = ({}, {"min_fps": 400_000}, {"max_latency_us": 3.0}, {"min_fps": 300_000, "max_latency_us": 6.0})


def built(network, found, board):
    return generate(network, found.shapes, found.clock_mhz, _family.of(board).delays)


@pytest.mark.parametrize("goal", GOALS, ids=str)
@pytest.mark.parametrize("network", [fitted.mlp(12, 8, 6), fitted.cnn()], ids=lambda one: one.name)
def test_what_is_promised_is_what_is_built(network, goal):
    board = fitted.board("tangnano9k", luts=2600, ffs=2600)
    found = fit(fitted.wanted(network, **goal), board)
    design = built(network, found, board)
    assert (design.interval_cycles, design.latency_cycles) == (found.interval_cycles, found.latency_cycles)
    assert found.fps == pytest.approx(found.exact_mhz * 1e6 / design.interval_cycles)
    assert found.fps >= goal.get("min_fps", 0) and found.latency_us <= goal.get("max_latency_us", 1e9)
    assert all(found.cells[name] <= found.room[name] for name in RESOURCES)
    assert max(layer.interval_cycles for layer in found.layers) == design.interval_cycles


@pytest.mark.tools
def test_simulation_takes_the_cycles_that_were_promised(store):
    designs, xs, ys = [], [], []
    for i, (goal, kind) in enumerate(product(GOALS, (fitted.mlp, fitted.cnn))):
        network = kind(12, 8, 6, name=f"fit_{i}") if kind is fitted.mlp else kind(name=f"fit_{i}")
        board = fitted.board("tangnano9k", luts=2600, ffs=2600)
        designs.append(built(network, fit(fitted.wanted(network, **goal), board), board))
        xs.append(choose.frames(network.input, network.in_features, 24))
        ys.append(network.run(xs[-1]))
    check_all(designs, xs, ys, store)


@pytest.mark.parametrize("seed", range(6))
def test_random_networks_keep_their_promise_without_end(seed):
    """In the twins of all handshakes, branches included."""
    network = networks.network(choose.seeded(700 + seed), most_layers=3, most_pixels=16)
    board = fitted.board(luts=1500, ffs=3000)
    found = fit(fitted.wanted(network), board)
    assert built(network, found, board).interval_cycles == found.interval_cycles


@pytest.mark.parametrize(("luts", "dsps"), [(450, 2), (700, 4), (900, 156), (1600, 0)])
def test_no_other_shapes_that_fit_are_faster(luts, dsps):
    """Every one of the designs that there are, composed."""
    network = fitted.mlp(6, 4, 3)
    board = fitted.board(luts=luts, dsps=dsps)
    names = [layer.name for layer in network.layers if foldable(layer)]
    kernels = [foldable(layer) for layer in network.layers if foldable(layer)]
    found = fit(fitted.wanted(network, clock_mhz=80), board)
    intervals = []
    for shapes in product(*(list(shapes_of(kernel)) for kernel in kernels)):
        design = generate(network, dict(zip(names, shapes, strict=True)), 80, _family.of(board).delays)
        room, need = room_of(board, design.s_axis, design.m_axis), fitted.needs(design, board).cells
        if all(need[name] <= room[name] for name in RESOURCES):
            intervals.append(design.interval_cycles)
    assert found.interval_cycles == min(intervals)


def test_a_larger_budget_is_never_slower():
    network = fitted.mlp(12, 8, 6)
    rates = [fit(fitted.wanted(network), fitted.board(luts=int(450 * k), ffs=int(900 * k), dsps=int(3 * k))).fps
             for k in (1, 1.4, 2, 3, 5, 8)]  # fmt: skip
    assert rates == sorted(rates) and rates[0] < rates[-1]


def test_a_goal_takes_no_more_than_it_needs():
    network, board = fitted.mlp(16, 12, 8), _board.load("ulx3s")
    fast, slow = fit(fitted.wanted(network), board), fit(fitted.wanted(network, min_fps=300_000), board)
    assert slow.cells["luts"] < fast.cells["luts"] / 2 and slow.copies > fast.copies


def test_what_binds_is_named():
    found = fit(fitted.wanted(fitted.mlp(16, 12, 8)), fitted.board(luts=2000, dsps=6))
    slowest = max(layer.interval_cycles for layer in found.layers)
    assert found.binding.layers == tuple(one.name for one in found.layers if one.interval_cycles == slowest)
    assert found.binding.resource in RESOURCES and " needed, " in found.binding.why
    free = fit(fitted.wanted(fitted.mlp(6, 4)), _board.load("ulx3s"))
    assert free.binding.resource is None and free.interval_cycles == 1


def test_only_layers_that_may_be_named_get_a_shape():
    found = fit(fitted.wanted(fitted.cnn(), names=["conv_0"], min_fps=100_000), _board.load("ulx3s"))
    assert list(found.shapes) == ["conv_0"]


def test_copies_are_what_the_scarcest_resource_allows():
    found = fit(fitted.wanted(fitted.mlp(12, 8, 6), min_fps=200_000), _board.load("ulx3s_12f"))
    assert found.copies == min(found.room[n] // found.cells[n] for n in RESOURCES if found.cells[n]) > 1
    assert found.as_json()["copies_frames_per_second"] == found.copies * found.fps


@pytest.mark.parametrize("name", ["ulx3s", "icebreaker", "tangnano9k", "tangnano20k"])
def test_the_clock_is_the_highest_that_estimate_and_board_bear(name):
    board = _board.load(name)
    room = _family.of(board).room
    most = min(61 * room.clock, room.board_mhz)

    def slow(design, board):
        return replace(fitted.needs(design, board), fmax_mhz=61.0)

    found = fit(replace(fitted.wanted(fitted.mlp(6, 4)), estimate=slow), board)
    assert found.exact_mhz <= most
    for clock_mhz in range(int(found.clock_mhz) + 1, int(most) + 1):
        with pytest.raises(InputError):
            clocks.exact_mhz(board, clock_mhz)


def test_a_clock_below_all_that_a_board_gives_is_its_lowest():
    board = _board.load("icebreaker")
    assert clocks.highest(board, 3.0) == 16 and clocks.exact_mhz(board, 16) >= 15.9


def test_a_clock_that_is_asked_for_stays_and_is_doubted():
    found = fit(fitted.wanted(fitted.mlp(6, 4), clock_mhz=97.0), _board.load("ulx3s"))
    assert found.clock_mhz == 97.0 and any("97 MHz may be missed: 100 are estimated" in note for note in found.notes)
    with pytest.raises(InputError, match="exceeds 400"):
        fit(fitted.wanted(fitted.mlp(6, 4), clock_mhz=500.0), _board.load("ulx3s"))


def test_what_the_estimate_adds_is_learned():
    """An estimator that finds three times the block memory: the forms alone would choose what does not fit."""

    def dear(design, board):
        cells = fitted.needs(design, board).cells
        return Needs(cells | {"brams": 3 * cells["brams"]}, 100.0)

    network, board = fitted.mlp(48, 24, 8), fitted.board(luts=1500, brams=9)
    found = fit(replace(fitted.wanted(network), estimate=dear), board)
    assert found.cells["brams"] <= found.room["brams"] and found.cells["brams"] % 3 == 0
