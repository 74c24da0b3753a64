"""What was chosen routes, fits and meets its clock at the first try; ten of them are in benchmarks/fit.py."""

import fitted
import pytest

from edgeflow import pipeline
from edgeflow.boards import _board
from edgeflow.families import _family
from edgeflow.fit.fit import fit
from edgeflow.fit.goal import Goal
from edgeflow.fit.needs import needs
from edgeflow.fit.wanted import Wanted
from edgeflow.recipe import Hardware
from edgeflow.rtl.generate import generate
from edgeflow.stages import Context


@pytest.mark.tools
def test_a_choice_routes_at_the_first_try(store):
    network, board = fitted.mlp(12, 8, 4, name="routed"), _board.load("icebreaker")
    found = fit(Wanted(network, Goal(min_fps=200_000), needs), board)
    design = generate(network, found.shapes, found.clock_mhz, _family.of(board).delays)
    hardware = Hardware(board=board.name, clock_mhz=found.clock_mhz, seeds=1)
    routed = pipeline.implement(network.name, hardware, design, Context(store)).value
    assert routed.board.timing_met and found.fps >= 200_000
    for name, room in found.room.items():
        link = getattr(routed.board, name) - getattr(routed.core, name)
        assert getattr(routed.core, name) <= room, f"{name}: the part has less for it than fit said"
        assert link <= getattr(board.budget, name) - room, f"{name}: the link takes more than was set aside"
