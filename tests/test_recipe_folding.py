"""Folding where compression changes sizes: judged by the sizes it will have, then by those it has."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edgeflow import pipeline, recipe
from edgeflow.errors import InputError, RecipeError
from edgeflow.recipe import Recipe
from edgeflow.recipe_steps import step_ends
from edgeflow.stages import Staged

RECIPE = """\
name: digits
dataset: digits
teacher: {{hidden: [16]}}
baseline: {{hidden: [16]}}
student:
  hidden:
  - {{units: 32}}
compression:
{steps}
hardware: {{folding: {{dense_0: {{pe: {pe}, simd: 4}}, dense_1: {{pe: 2, simd: {simd}}}}}}}
"""
QUARTER_OUT = "- prune: {sparsity: 0.25, what: channels, schedule: rounds}"
PERHAPS = QUARTER_OUT.replace("}", ", max_points_lost: 1.0}")


def loaded(tmp_path: Path, steps: str, pe: int, simd: int) -> Recipe:
    (tmp_path / "r.yaml").write_text(RECIPE.format(steps=steps, pe=pe, simd=simd))
    return recipe.load(tmp_path / "r.yaml")


def said(tmp_path: Path, steps: str, pe: int, simd: int) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        loaded(tmp_path, steps, pe, simd)
    return [line.partition("hardware.folding.")[2] for line in caught.value.problems]


def test_sizes_that_compression_leaves_for_certain_count(tmp_path: Path) -> None:
    assert said(tmp_path, QUARTER_OUT, 16, 32) == [
        "dense_0.pe: 16 does not divide 24 outputs; legal: 1, 2, 3, 4, 6, 8, 12, 24",
        "dense_1.simd: 32 does not divide 24 inputs; legal: 1, 2, 3, 4, 6, 8, 12, 24",
    ]
    assert loaded(tmp_path, QUARTER_OUT, 12, 24), "32 outputs have no 12"
    wider = "- widen: {layers: {dense_0: 36}}"
    assert loaded(tmp_path, wider, 9, 36) and len(said(tmp_path, wider, 16, 8)) == 2


def test_a_step_that_may_be_undone_leaves_either_size(tmp_path: Path) -> None:
    assert loaded(tmp_path, PERHAPS, 16, 32) and loaded(tmp_path, PERHAPS, 12, 24)
    assert said(tmp_path, PERHAPS, 5, 4) == [
        "dense_0.pe: 5 does not divide 24 outputs; legal: 1, 2, 3, 4, 6, 8, 12, 24"
    ]


def test_no_more_ends_than_can_be_told(tmp_path: Path) -> None:
    assert loaded(tmp_path, "\n".join([PERHAPS] * 30), 5, 5), "training will tell"


def test_a_step_that_cannot_be_is_not_folding_s_business(tmp_path: Path) -> None:
    assert loaded(tmp_path, "- widen: {layers: {dense_7: 40}}", 16, 32)


def trained(student: Any) -> Any:
    return Staged(SimpleNamespace(layout=student.layout((8, 8, 1), 10), shape=(8, 8, 1), classes=10), Path(), 0.0)


def test_what_compression_left_is_checked_before_hardware_is_generated(tmp_path: Path) -> None:
    wanted = loaded(tmp_path, PERHAPS, 16, 32)
    smaller, _ = step_ends(wanted.compression, wanted.student, (8, 8, 1), 10)
    with pytest.raises(InputError) as caught:
        pipeline.generate(wanted, trained(smaller), network=None)  # refused before it looks at one
    assert str(caught.value).splitlines() == [
        "hardware.folding.dense_0.pe: 16 does not divide 24 outputs; legal: 1, 2, 3, 4, 6, 8, 12, 24; "
        "the recipe's dense_0 is 64 to 32 values, and compression made it 64 to 24",
        "hardware.folding.dense_1.simd: 32 does not divide 24 inputs; legal: 1, 2, 3, 4, 6, 8, 12, 24; "
        "the recipe's dense_1 is 32 to 10 values, and compression made it 24 to 10",
    ]
