"""Latency and interval are formulas: folds that feed each other too fast, too slowly and in bursts, and odd gears."""

from itertools import product
from math import gcd

import numpy as np
import pick as choose
import pytest
from batch import check_all

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.argmax import Argmax
from edgeflow.kernels.dense import Dense
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.dataflow import Dataflow, Step, steady_cycles
from edgeflow.rtl.gears import gears
from edgeflow.rtl.generate import generate

FIRST = (Fold(12, 4), Fold(4, 4), Fold(6, 2), Fold(3, 1), Fold(1, 4), "unrolled")
SECOND = (Fold(6, 12), Fold(2, 1), Fold(3, 4), Fold(1, 6), Fold(1, 1), "unrolled")


def network(name):
    """4 -> 12 -> 6 -> the greatest; no cast between, cycles are what matters."""
    rng = np.random.default_rng(9)
    first = Dense(rng.integers(-2, 2, (4, 12)), rng.integers(-3, 3, 12), Fixed(3), Fixed(2))
    second = Dense(rng.integers(-2, 2, (12, 6)), rng.integers(-3, 3, 6), first.y, Fixed(2))
    return Network(name, (Layer("first", first), Layer("second", second), Layer("argmax", Argmax(second.y, 6))))


@pytest.mark.tools
@pytest.mark.parametrize("half", [0, 1])
def test_two_dense_layers_in_any_pair_of_folds(half, store):
    designs, xs, ys = [], [], []
    for i, (first, second) in enumerate(product(FIRST, SECOND)):
        if i % 2 == half:
            model = network(f"pair_{i}")
            designs.append(generate(model, {"first": first, "second": second}, 100.0))
            xs.append(choose.frames(model.input, 4, 40))
            ys.append(model.run(xs[-1]))
    check_all(designs, xs, ys, store)


@pytest.mark.parametrize(("lanes", "to"), list(product((1, 2, 3, 4, 6, 12), repeat=2)))
def test_gears_turn_one_beat_width_into_the_other(lanes, to):
    units = gears(12, 5, lanes, to)
    assert [lanes, *(u.out_lanes for u in units)][-1] == to
    assert [u.in_lanes for u in units] == [lanes, *(u.out_lanes for u in units)][: len(units)]
    assert len(units) == (lanes != to) + (lanes % to != 0 and to % lanes != 0)
    nodes = tuple(Step(unit, i, i + 1) for i, unit in enumerate(units))
    flow = Dataflow(nodes, (5,) * (len(units) + 1), len(units), 12 // lanes, 12 // to)
    assert steady_cycles(flow, {}) == flow.interval_cycles == 12 // min(lanes, to, gcd(lanes, to))
