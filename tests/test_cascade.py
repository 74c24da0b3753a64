"""Cascades: the gate by hand, and no choice that sees the test split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from edgeflow import cascade
from edgeflow.cascade import Student, answers, join, margin
from edgeflow.errors import InputError
from edgeflow.recipe import Recipe
from edgeflow.recipe_cost import Cost
from edgeflow.stages import Context
from edgeflow.store import Store

TINY = np.array([[9, 1], [5, 4], [2, 8], [3, 5]])  # margins 8, 1, 6, 2
LARGER = np.array([[9, 1], [1, 9], [2, 8], [9, 5]])
Y = np.array([0, 1, 1, 0])  # the tiny student has the second and the fourth wrong


def student(logits, bit_operations):
    return Student(logits, logits, Cost(weight_bits=100, macs=bit_operations // 10, bit_operations=bit_operations))


def test_what_the_tiny_student_is_unsure_of_is_passed_on():
    assert margin(TINY).tolist() == [8, 1, 6, 2]
    assert answers(TINY, LARGER, 2).tolist() == [0, 1, 1, 1]
    assert answers(TINY, LARGER, 3).tolist() == Y.tolist()


def test_the_mix_of_costs_by_hand():
    found = join(student(TINY, 1000), student(LARGER, 9000), Y, Y, max_points_lost=0)
    assert (found.threshold, found.passed_on) == (6, 0.5)  # the least margin at which both mistakes are passed on
    assert found.accuracy == {"tiny": 0.5, "larger": 1.0, "cascade": 1.0}
    assert found.bit_operations["cascade"] == 1000 + 0.5 * 9000
    assert found.weight_bits["cascade"] == 200


def test_points_that_may_be_lost_keep_samples_from_the_larger_student():
    found = join(student(TINY, 1000), student(LARGER, 9000), Y, Y, max_points_lost=25)
    assert (found.threshold, found.passed_on) == (2, 0.25)
    assert found.accuracy["cascade"] == 0.75


LOGITS = arrays.arrays(np.int64, (12, 3), elements=st.integers(-20, 20))


@given(LOGITS, LOGITS, arrays.arrays(np.int64, 12, elements=st.integers(0, 2)), st.integers(0, 50))
def test_on_validation_no_more_is_lost_than_told_and_test_decides_nothing(tiny, larger, y, lost):
    found = join(student(tiny, 10), student(larger, 90), y, y, lost)
    loss = found.validation_accuracy["larger"] - found.validation_accuracy["cascade"]
    assert loss <= lost / 100 + 1e-12
    blind = join(Student(tiny, tiny[::-1], Cost(1, 1, 10)), student(larger, 90), y, 2 - y, lost)
    assert blind.threshold == found.threshold


SMALL = {
    "name": "small",
    "dataset": "digits",
    "teacher": {"hidden": [16], "training": {"epochs": 5}},
    "baseline": {"hidden": [16], "training": {"epochs": 5}},
    "student": {"hidden": [{"units": 4, "weight_bits": 3}]},
    "training": {"epochs": 8, "learning_rate": 0.01},
}
LARGE = SMALL | {"name": "large", "student": {"hidden": [{"units": 24, "weight_bits": 4}]}}


@pytest.mark.train
def test_two_recipes_become_a_cascade_in_their_order(tmp_path):
    tiny, large = Recipe.model_validate(SMALL), Recipe.model_validate(LARGE)
    context = Context(Store(tmp_path))
    found = cascade.run(tiny, large, 0.0, context)
    assert found.validation_accuracy["cascade"] >= found.validation_accuracy["larger"]
    assert 0 <= found.passed_on <= 1
    assert found.accuracy["tiny"] != found.accuracy["larger"]
    with pytest.raises(InputError, match="smaller student first"):
        cascade.run(large, tiny, 0.0, context)
    with pytest.raises(InputError, match="one data set"):
        cascade.run(tiny, large.model_copy(update={"dataset": "mnist"}), 0.0, context)
