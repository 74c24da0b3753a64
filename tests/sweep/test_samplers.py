"""Which point a trial tries: what every sampler keeps to, and what each is for."""

import warnings
from math import log10

import pytest
from sweeps import BITS, UNITS, failed, plan, result

from edgeflow import catalog
from edgeflow.sweep.figures import FIGURES
from edgeflow.sweep.plan import SAMPLERS
from edgeflow.sweep.samplers import _optuna

SPACE = {BITS: [1, 2, 4, 8], UNITS: {"low": 4, "high": 64, "step": 4}, "hardware.folding": ["unrolled", "folded"],
         "training.learning_rate": {"low": 0.001, "high": 0.1, "log": True}}  # fmt: skip
WHOLE = {key: axis for key, axis in SPACE.items() if key != "training.learning_rate"}


def sampler_of(name):
    return catalog.load(SAMPLERS, name)


def sweep_of(name, trials=40, **changes):
    grid = name == "grid"
    return plan(sampler=name, space=WHOLE if grid else SPACE, trials=None if grid else trials, **changes).sweep


def simulated(sweep, trials, score):
    """A sweep in order, each trial known to the next."""
    results = []
    for number in range(trials):
        point, notes = sampler_of(sweep.sampler).point(sweep, number, results, [])
        figures = score(point)
        results.append(result(number, figures["accuracy"], figures["weight_bits"], point=point, notes=notes))
    return results


def score(point):
    """Bits 4, 32 units and a rate of 0.01 are best; more of both costs."""

    miss = (
        abs(point[UNITS] - 32) / 64
        + abs(point[BITS] - 4) / 8
        + abs(log10(point.get("training.learning_rate", 0.01)) + 2)
    )
    return {"accuracy": 1 - miss / 4, "weight_bits": float(point[BITS] * point[UNITS])}


@pytest.mark.parametrize("name", catalog.names(SAMPLERS))
class TestEverySampler:
    def test_points_are_of_the_space(self, name):
        sweep = sweep_of(name)
        for one in simulated(sweep, 20, score):
            assert list(one.point) == list(sweep.space)
            assert one.point[BITS] in (1, 2, 4, 8) and one.point[UNITS] in range(4, 65, 4)
            assert one.point["hardware.folding"] in ("unrolled", "folded")
            assert 0.001 <= one.point.get("training.learning_rate", 0.01) <= 0.1

    def test_the_same_past_gives_the_same_point(self, name):
        one, other = (simulated(sweep_of(name), 15, score) for _ in range(2))
        assert one == other

    def test_failures_are_a_past_too(self, name):
        sweep = sweep_of(name)
        past = [failed(i, "no") for i in range(3)]
        past = [
            type(one)(**vars(one) | {"point": sampler_of("tpe").point(sweep_of("tpe"), i, [], [])[0]})
            for i, one in enumerate(past)
        ]
        if name == "grid":
            past = [type(one)(**vars(one) | {"point": {k: one.point[k] for k in WHOLE}}) for one in past]
        assert sampler_of(name).point(sweep, 3, past, [past[0].point])[0]


@pytest.mark.parametrize("name", ["grid", "quasi_random"])
def test_a_trials_point_is_its_numbers(name):
    """Whoever asks, after whichever others."""
    sweep = sweep_of(name)
    in_order = [sampler_of(name).point(sweep, n, [], [])[0] for n in range(16)]
    backwards = [sampler_of(name).point(sweep, n, [result(0, 0.5, 1)], [])[0] for n in reversed(range(16))]
    assert in_order == backwards[::-1]


def test_a_grid_is_every_point_once_and_hardware_last():
    sweep = sweep_of("grid")
    points = [sampler_of("grid").point(sweep, n, [], [])[0] for n in range(sweep.total)]
    assert len({tuple(point.values()) for point in points}) == 4 * 16 * 2 == sweep.total
    assert [point["hardware.folding"] for point in points] == ["unrolled"] * 64 + ["folded"] * 64


def test_quasi_random_points_fill_the_space_evenly():
    sweep = sweep_of("quasi_random")
    points = [sampler_of("quasi_random").point(sweep, n, [], [])[0] for n in range(64)]
    counts = [sum(point[BITS] == bits for point in points) for bits in (1, 2, 4, 8)]
    assert max(counts) - min(counts) <= 2, "random points differ by ten and more"
    other = sweep_of("quasi_random", seed=2)
    assert points[5] != sampler_of("quasi_random").point(other, 5, [], [])[0]


@pytest.mark.parametrize(("name", "trials"), [("tpe", 40), ("nsga2", 80)])
def test_it_learns(name, trials):
    """The last quarter is better than the first by more than chance gives quasi-random points."""

    def gain(name):
        results = simulated(sweep_of(name, trials, objectives=["accuracy"]), trials, score)
        means = [
            sum(r.figures["accuracy"] for r in part) / len(part)
            for part in (results[: trials // 4], results[-(trials // 4) :])
        ]
        return means[1] - means[0]

    assert gain(name) > 0.08 > abs(gain("quasi_random"))


def test_tpe_stays_away_from_what_others_try():
    """Asked twice with the same past and seed, knowing of the first answer, it answers otherwise."""
    sweep = sweep_of("tpe", objectives=["accuracy"])
    past = simulated(sweep, 20, score)
    first, _ = sampler_of("tpe").point(sweep, 20, past, [])
    second, _ = sampler_of("tpe").point(sweep, 20, past, [first])
    assert first != second


def test_constraints_reach_the_sampler():
    sweep = sweep_of("tpe", constraints={"weight_bits": {"at_most": 100}, "accuracy": {"at_least": 0.5}})
    trial, other = _optuna.frozen_trials(sweep, [one(sweep, 0.9, 150), one(sweep, 0.4, 50)])
    assert trial.constraints == pytest.approx({"weight_bits": 50, "accuracy": -0.4})
    assert other.constraints == pytest.approx({"weight_bits": -50, "accuracy": 0.1})


def one(sweep, accuracy, bits):
    return result(0, accuracy, bits, point=sampler_of("quasi_random").point(sweep, 0, [], [])[0])


def test_directions_are_the_figures():
    assert _optuna.directions(sweep_of("tpe", objectives=["accuracy", "routed.luts", "routed.fmax_mhz"])) == [
        "maximize",
        "minimize",
        "maximize",
    ]
    assert {name for name, figure in FIGURES.items() if figure.better_high} == {"accuracy", "routed.fmax_mhz"}


def test_nothing_is_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in catalog.names(SAMPLERS):
            sampler_of("quasi_random")._sequence.cache_clear()
            simulated(sweep_of(name), 12, score)
