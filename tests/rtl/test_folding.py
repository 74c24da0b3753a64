"""Shapes by need: options' cycles are the composed design's, and the choice is the best that there is."""

from itertools import product

import networks
import numpy as np
import pick as choose
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgeflow.circuit.adders import matrix_product
from edgeflow.circuit.cost import luts, product_luts, signed_digits
from edgeflow.circuit.graph import Circuit
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Texts, foldable
from edgeflow.rtl.compose import compose
from edgeflow.rtl.delays import ECP5_SPEED_6
from edgeflow.rtl.folding import cheapest_within, cycles_of, fastest_within, intervals
from edgeflow.rtl.generate import generate
from edgeflow.rtl.options import Option, amounts, options_of, shapes_of, undominated
from edgeflow.rtl.shapes import input_lanes, layer_shapes
from edgeflow.rtl.unrolled import unrolled

COSTS = st.builds(Cost, *(st.integers(0, 12) for _ in range(4)))
OPTIONS = st.lists(st.builds(Option, st.just("unrolled"), st.integers(1, 8), COSTS, st.just(1)), min_size=1, max_size=5)
TABLES = st.integers(0, 2**32).map(lambda seed: table(np.random.default_rng(seed)))  # rich in trades
ROOMS = st.tuples(*(st.integers(4, 24) for _ in range(4)))


def table(random):
    def option():
        return Option("unrolled", int(random.integers(1, 9)), Cost(*map(int, random.integers(0, 8, 4))), 1)

    return {f"l{i}": [option() for _ in range(random.integers(1, 6))] for i in range(random.integers(1, 5))}


def every_choice(options, cycles, room):
    """By brute force: (greatest share, all shares, choice) of every combination that is fast enough and fits."""
    for picked in product(*options.values()):
        need = np.sum([amounts(option.cost) for option in picked], axis=0)
        if all(option.interval_cycles <= cycles for option in picked) and (need <= room).all():
            shares = need / np.array(room)
            yield shares.max(), shares.sum(), picked


@settings(max_examples=150, deadline=None)
@given(options=TABLES, cycles=st.integers(1, 8), room=ROOMS)
def test_no_other_combination_takes_less_of_the_part(options, cycles, room):
    found = cheapest_within(options, cycles, room)
    best = min(every_choice(options, cycles, room), key=lambda one: one[:2], default=None)
    assert (found is None) == (best is None)
    if found and best:
        shares = np.sum([amounts(option.cost) for option in found.values()], axis=0) / np.array(room)
        assert (shares.max(), shares.sum()) == pytest.approx(best[:2])
        assert list(found) == list(options) and cycles_of(found) <= cycles


@settings(max_examples=150, deadline=None)
@given(options=TABLES, room=ROOMS)
def test_no_other_combination_that_fits_is_faster(options, room):
    found = fastest_within(options, room)
    fast = [cycles for cycles in intervals(options) if any(every_choice(options, cycles, room))]
    assert (found and cycles_of(found)) == (min(fast) if fast else None)


@settings(max_examples=150, deadline=None)
@given(options=TABLES, room=ROOMS, more=ROOMS)
def test_more_room_is_never_slower(options, room, more):
    found = fastest_within(options, room)
    larger = fastest_within(options, tuple(a + b for a, b in zip(room, more, strict=True)))
    assert found is None or cycles_of(larger) <= cycles_of(found)


@settings(max_examples=100, deadline=None)
@given(own=OPTIONS)
def test_what_is_dropped_is_beaten_by_what_is_kept(own):
    kept = undominated(own)
    assert all(any(better.dominates(option) for better in kept) for option in own)
    assert not any(a.dominates(b) for a in kept for b in kept if a is not b)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(pick=choose.picks())
def test_cycles_of_an_option_are_those_of_the_composed_layer(pick):
    """But for gears, which are charged to the layer behind them."""
    model = networks.network(pick)
    for name, own in options_of(model, 100.0, ECP5_SPEED_6).items():
        option = choose.one_of(pick, own)
        shapes = layer_shapes(model, {name: option.shape})
        at = next(i for i, layer in enumerate(model.layers) if layer.name == name)
        lanes = input_lanes(model, shapes, {name: option.shape})
        composed = compose(model, shapes, lanes, unrolled(100.0, ECP5_SPEED_6))
        units = foldable(model.layers[at]).stages(option.shape, ())
        assert composed.layers[at].interval_cycles >= option.interval_cycles == max(map(interval, units))


def interval(stage):
    return getattr(stage, "interval_cycles", None) or stage.beats


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(pick=choose.picks())
def test_every_shape_that_is_offered_can_be_built(pick):
    model = networks.network(pick, most_layers=2, most_pixels=16)
    for layer in model.layers:
        if kernel := foldable(layer):
            generate(model, {layer.name: choose.one_of(pick, list(shapes_of(kernel)))}, 100.0)


def test_only_named_layers_are_chosen_for():
    model = networks.network(choose.seeded(4), most_layers=4)
    names = [layer.name for layer in model.layers if foldable(layer)]
    assert list(options_of(model, 100.0, ECP5_SPEED_6)) == names
    assert list(options_of(model, 100.0, ECP5_SPEED_6, names[:1])) == names[:1]


def test_signed_digits_are_the_fewest():
    assert signed_digits(np.array([[0, 1, 7, -7, 11, 85, 127]])).tolist() == [0, 1, 2, 2, 3, 4, 2]


@pytest.mark.parametrize(
    ("inputs", "outputs", "bits", "density"),
    [(16, 10, 6, 1.0), (32, 16, 4, 1.0), (32, 32, 4, 0.3), (9, 8, 4, 1.0), (34, 10, 2, 0.6), (16, 16, 8, 1.0)],
)
def test_the_form_of_a_product_is_within_a_fifth_of_the_solver(inputs, outputs, bits, density):
    random = np.random.default_rng(1)
    weight = random.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), (inputs, outputs))
    weight *= random.random(weight.shape) < density
    circuit = Circuit()
    x = [circuit.input(i, 0, 15) for i in range(inputs)]
    bias = np.zeros(outputs, np.int64)
    circuit.outputs = [circuit.positive(term) for term in matrix_product(circuit, x, weight, bias)]
    assert product_luts(weight, 4) == pytest.approx(luts(circuit), rel=0.2)


def test_memories_are_spelled_when_they_are_read_and_not_before():
    """A search asks hundreds of units for their cycles and cost; the texts of their weights take far longer."""
    spelled = []
    texts = Texts(WeightFile=lambda: spelled.append("weights") or "0\n")
    assert list(texts) == ["WeightFile"] and not spelled
    assert texts["WeightFile"] == "0\n" and spelled == ["weights"]
