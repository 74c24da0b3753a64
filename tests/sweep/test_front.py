"""The front and the best point: against plain Python, within constraints, the same bytes every time."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweeps import failed, plan, publish, result

from edgeflow.errors import InputError
from edgeflow.sweep import run
from edgeflow.sweep.folder import Folder
from edgeflow.sweep.front import best, front, nondominated
from edgeflow.sweep.plan import Bound

SWEEP = plan().sweep
RESULTS = [result(0, 0.9, 100), failed(1, "no"), result(2, 0.8, 50), result(3, 0.85, 120), result(4, 0.9, 100)]


def beats(a, b):
    return all(x <= y for x, y in zip(a, b, strict=True)) and a != b


@given(st.lists(st.tuples(*[st.integers(0, 5)] * 3), min_size=1, max_size=40, unique=True))
def test_no_other_beats_what_is_on_the_front(points):
    mask = nondominated(np.array(points, float))
    assert list(mask) == [not any(beats(other, point) for other in points) for point in points]


def test_failures_dominated_ones_and_doubles_are_not_on_it():
    assert [one.number for one in front(RESULTS, SWEEP)] == [0, 2]


def test_nothing_finished_is_an_empty_front():
    assert front([], SWEEP) == [] == front([failed(0, "no")], SWEEP)


def test_only_what_meets_the_constraints():
    bounded = plan(constraints={"accuracy": {"at_most": 0.88}}).sweep
    assert [one.number for one in front(RESULTS, bounded)] == [3, 2]


def test_only_what_fits_the_board():
    cells = {"estimated.ffs": 10, "estimated.brams": 0, "estimated.dsps": 0}
    results = [
        result(i, 0.9 - i / 10, 100 - i, figures=cells | {"estimated.luts": luts})
        for i, luts in enumerate((83641, 83640))
    ]
    assert [one.number for one in front(results, plan(fits="ulx3s").sweep)] == [1]


def test_the_best_within_bounds():
    assert best(RESULTS, SWEEP, {}).number == 0
    assert best(RESULTS, SWEEP, {"weight_bits": Bound(at_most=99)}).number == 2
    assert best(RESULTS, SWEEP, {"accuracy": Bound(at_most=0.85)}).number == 3
    with pytest.raises(InputError, match="weight_bits is 40 off at best; relax one"):
        best(RESULTS, SWEEP, {"weight_bits": Bound(at_most=10)})
    with pytest.raises(InputError, match=r"did not find estimated\.luts"):
        best(RESULTS, SWEEP, {"estimated.luts": Bound(at_most=10)})
    with pytest.raises(InputError, match="none of 1 finished trials"):
        best([failed(0, "no")], SWEEP, {})


@pytest.fixture
def folder(tmp_path):
    folder = Folder.create(tmp_path / "s", plan())
    publish(folder, RESULTS)
    return folder


def test_the_table_as_csv(folder):
    rows = list(csv.DictReader(run.write(folder)["front"].open()))
    assert [(row["trial"], row["accuracy"], row["weight_bits"]) for row in rows] == [
        ("0", "0.9", "100"),
        ("2", "0.8", "50"),
    ]


def test_the_picture_is_the_same_every_time(folder):
    first, second = (run.write(folder)["picture"].read_bytes() for _ in range(2))
    assert first == second and b"<svg" in first
    publish(folder, [result(5, 0.99, 70)])
    assert run.write(folder)["picture"].read_bytes() != first


@pytest.mark.parametrize(
    ("objectives", "axes"),
    [(["accuracy"], ["trial"]), (["accuracy", "weight_bits", "macs"], ["weight_bits", "macs"])],
)
def test_a_picture_for_any_number_of_objectives(folder, tmp_path, objectives, axes):
    other = Folder.create(tmp_path / "other", plan(objectives=objectives))
    publish(other, RESULTS)
    drawn = run.write(other)["picture"].read_text()
    done = [one for one in RESULTS if not one.failure]
    assert drawn.count("<circle") == len(done) * len(axes)
    assert all(f">{name}" in drawn for name in axes)
