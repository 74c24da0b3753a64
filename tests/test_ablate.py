"""Ablation: each step left out once, compared in pairs, its figures by hand."""

import csv
import json

import pytest

from edgeflow import ablate
from edgeflow.ablate import WHOLE, Outcome
from edgeflow.errors import InputError
from edgeflow.recipe import Recipe
from edgeflow.stages import Context
from edgeflow.store import Store

SMALL = {
    "name": "small",
    "dataset": "digits",
    "teacher": {"hidden": [32], "training": {"epochs": 6}},
    "baseline": {"hidden": [32], "training": {"epochs": 6}},
    "student": {"hidden": [{"units": 8, "weight_bits": 3}]},
    "compression": [{"distill": {"temperature": 2.0, "max_points_lost": None}}],
    "training": {"epochs": 6, "learning_rate": 0.01},
}


def outcomes(variant, *accuracies):
    return [Outcome(variant, seed, accuracy, 100, 1000) for seed, accuracy in enumerate(accuracies)]


def test_means_and_intervals_by_hand():
    """Differences 2, 4 and 6 points: mean 4, deviation 2; t at 2 degrees of freedom is 4.3027 (any table)."""
    found = ablate.rows([*outcomes(WHOLE, 0.90, 0.91, 0.92), *outcomes("without it", 0.88, 0.87, 0.86)])
    whole, without = found
    assert (whole.variant, whole.points, whole.p_value) == (WHOLE, 0.0, None)
    assert without.points == pytest.approx(-4.0)
    assert without.points_within == pytest.approx(4.3027 * 2 / 3**0.5, rel=1e-4)
    assert without.p_value == pytest.approx(0.0742, abs=1e-4)  # t = -4 / (2 / sqrt 3) = -3.464
    assert without.luts is None


def test_steps_of_one_name_are_told_apart():
    recipe = Recipe.model_validate(SMALL | {"compression": [{"distill": {}}, {"distill": {"weight": 0.9}}]})
    names = {name: [step.section.weight for step in made.compression] for name, made in ablate.variants(recipe).items()}
    assert names == {WHOLE: [0.5, 0.9], "without distill (step 1)": [0.9], "without distill (step 2)": [0.5]}


def test_the_final_student_is_trained_with_and_without_its_teachers_at_equal_bits():
    recipe = Recipe.model_validate(SMALL)
    final = recipe.student.model_copy(update={"input_bits": 3})
    same = ablate.of_same_bits(recipe, final)
    assert [len(one.compression) for one in same.values()] == [1, 0]
    assert all(one.student == final for one in same.values())


def test_nothing_to_leave_out_is_said():
    with pytest.raises(InputError, match="no compression step"):
        ablate.variants(Recipe.model_validate(SMALL | {"compression": []}))


@pytest.mark.train
def test_every_variant_is_trained_with_every_seed_once(tmp_path):
    context = Context(Store(tmp_path / "store"))
    found = ablate.run(Recipe.model_validate(SMALL), (3, 4), False, context)
    assert [(one.variant, one.seed) for one in found] == [
        (variant, seed) for seed in (3, 4) for variant in (WHOLE, "without distill")
    ]
    assert len(list((tmp_path / "store" / "train").glob("[!.]*"))) == 4
    paths = ablate.save(found, tmp_path / "out")
    kept = json.loads(paths["numbers"].read_text())
    assert [Outcome(**one) for one in kept["outcomes"]] == found
    with paths["table"].open() as table:
        assert [row["variant"] for row in csv.DictReader(table)] == [WHOLE, "without distill"]
