"""The scaling law finds the law that made the numbers, with honest intervals; and what follows from it."""

import numpy as np
import pytest
from sweeps import BITS, DIGITS, UNITS, plan, result

from edgeflow._yaml import parse
from edgeflow.errors import InputError
from edgeflow.sweep import advice, law

BASE = parse(DIGITS.read_text(), "recipe").value
FLOOR, FACTOR, OF_BITS, OF_MACS = 0.02, 30.0, 0.5, 0.25


def made(noise, seed=0, macs_of=None):
    """Trials whose errors follow the law, with that much noise in their logarithms."""
    draw, results = np.random.default_rng(seed), []
    for bits in (500, 1000, 2000, 4000, 8000, 16000):
        for ratio in (1, 2, 4):
            macs = macs_of(bits) if macs_of else bits / ratio
            error = FLOOR + FACTOR * bits**-OF_BITS * macs**-OF_MACS * np.exp(draw.normal(0, noise))
            results.append(result(len(results), 1 - float(error), bits, figures={"macs": macs}))
    return results


def test_without_noise_it_finds_the_exponents():
    found = law.fit(made(noise=0), seed=1)
    assert found.terms == ("bits", "macs")
    assert found.exponent("bits")[0] == pytest.approx(OF_BITS, abs=0.02)
    assert found.exponent("macs")[0] == pytest.approx(OF_MACS, abs=0.02)
    assert found.floor[0] == pytest.approx(FLOOR, abs=0.003)
    assert found.errors(10_000, 5_000)[0] == pytest.approx(FLOOR + FACTOR * 10_000**-0.5 * 5_000**-0.25, rel=0.02)


def test_its_intervals_hold_the_truth():
    """Of 40 noisy sweeps; a bootstrap of eighteen sizes promises nineteen in twenty and holds a little less."""
    held = 0
    for seed in range(40):
        _, low, high = law.fit(made(noise=0.1, seed=seed), seed=1).exponent("bits")
        held += low <= OF_BITS <= high
    assert held >= 30


def test_more_noise_is_less_confidence():
    widths = [np.diff(law.fit(made(noise), seed=1).expected(50_000, 50_000)[1:])[0] for noise in (0.02, 0.2)]
    assert widths[1] > 3 * widths[0] > 0


def test_of_two_sizes_that_go_together_only_one_is_told():
    assert law.fit(made(noise=0.05, macs_of=lambda bits: bits / 4), seed=1).terms == ("bits",)


def test_the_same_results_give_the_same_law():
    one, other = (law.fit(made(noise=0.1), seed=3) for _ in range(2))
    assert (one.fits == other.fits).all()


def test_the_least_error_of_a_size_counts_and_none_is_zero():
    trials = [result(0, 0.9, 100), result(1, 0.95, 100), result(2, 1.0, 200, figures={"validation_samples": 50.0})]
    assert [(size.bits, size.error) for size in law.sizes_of(trials)] == [(100, pytest.approx(0.05)), (200, 0.01)]


def test_too_few_sizes_are_no_law():
    with pytest.raises(InputError, match="5 sizes were tried, it takes 6"):
        law.fit([result(i, 0.9, 100 * (i + 1)) for i in range(5)], seed=1)
    with pytest.raises(InputError, match="about the same"):
        law.fit([result(i, 0.9, 1000 + i) for i in range(9)], seed=1)


@pytest.fixture(scope="module")
def tried():
    """A digits sweep whose errors follow a law of bits; sizes are those that the recipe's student really has."""
    wanted, results = plan(space={BITS: [1, 2, 3, 4], UNITS: {"low": 4, "high": 64, "step": 4}}), []
    for units in (4, 8, 12, 16, 20, 24):
        point = {BITS: 2, UNITS: units}
        size = advice.size_of(BASE, point)
        figures = {"macs": float(size.macs)}
        accuracy = 1 - 10 * size.weight_bits**-0.6
        results.append(result(len(results), accuracy, size.weight_bits, point=point, figures=figures))
    return wanted, results


def test_the_next_point_is_untried_of_the_space_and_better(tried):
    wanted, results = tried
    found = advice.next_point(wanted, results, law.fit(results, 1))
    assert found.point[BITS] in (1, 2, 3, 4) and found.point[UNITS] in range(4, 65, 4)
    assert found.point not in [one.point for one in results]
    assert found.gain > 0
    assert found.bits > max(one.figures["weight_bits"] for one in results)  # beyond them the law has most to win


def test_a_space_without_sizes_has_no_next_point(tried):
    _, results = tried
    narrow = plan(space={"training.learning_rate": [0.001, 0.002]})
    assert advice.next_point(narrow, results, law.fit(results, 1)) is None


def test_it_is_said_in_words(tried):
    wanted, results = tried
    law_line, tenfold, following = advice.lines(wanted, results)
    assert "6 sizes" in law_line and "95 % intervals" in law_line
    assert "extrapolated 10.0 times" in tenfold
    assert following.startswith("next: student.hidden.0.weight_bits=")


def test_a_point_that_is_no_recipe_has_no_size():
    assert advice.size_of(BASE, {BITS: 99}) is None
    assert advice.size_of(BASE, {"student.hidden.9.units": 1}) is None
