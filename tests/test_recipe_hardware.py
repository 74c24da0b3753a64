"""One recipe on several boards: the command line's hardware options, and what they refuse."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from edgeflow import recipe as recipes
from edgeflow.errors import InputError, RecipeError
from edgeflow.recipe import Fold, Hardware
from edgeflow.recipe_hardware import on

MODELS = Path(__file__).parents[1] / "models"
DIGITS = MODELS / "digits" / "recipe.yaml"
COMMAND = [sys.executable, "-m", "edgeflow.cli"]


def test_only_the_hardware_differs():
    recipe = recipes.load(MODELS / "mnist_residual" / "recipe.yaml")
    assert on(recipe, board=None, clock_mhz=None, folding=None) is recipe
    moved = on(recipe, board="icebreaker", clock_mhz=24.0, folding=None)
    assert moved.training_slice == recipe.training_slice
    assert moved.hardware == recipe.hardware.model_copy(update={"board": "icebreaker", "clock_mhz": 24.0})
    assert on(moved, folding="folded").hardware == Hardware(
        board="icebreaker", clock_mhz=24.0, folding="folded", seeds=recipe.hardware.seeds
    )


def test_folding_is_said_by_layer():
    hardware = on(recipes.load(DIGITS), folding="dense_0=2x4, dense_1=unrolled").hardware
    assert hardware.folding == {"dense_0": Fold(pe=2, simd=4), "dense_1": "unrolled"}
    for wrong in ("dense_0=2x", "dense_0=0x4", "dense_0=2x4,", "=2x4,b=c", "dense_0=²x4"):
        with pytest.raises(InputError, match="--folding: "):
            on(recipes.load(DIGITS), folding=wrong)


def test_a_folding_that_does_not_fit_is_refused_before_any_training():
    recipe = recipes.load(DIGITS)
    with pytest.raises(InputError, match=r"--folding: dense_0.pe: 3 does not divide .*legal: 1, 2, 4, 7, 14, 28"):
        on(recipe, folding="dense_0=3x4")
    with pytest.raises(InputError, match=r'--folding: dence_0: no such layer; did you mean "dense_0"'):
        on(recipe, folding="dence_0=2x4")


def test_what_a_board_cannot_do_is_refused():
    recipe = recipes.load(DIGITS)
    with pytest.raises(InputError, match=r'--board: .*did you mean "icebreaker"'):
        on(recipe, board="icebraker")
    with pytest.raises(InputError, match=r"--folding: "):
        on(recipe, folding="half")
    with pytest.raises(InputError, match="clock_mhz = 300 exceeds 275"):
        on(recipe, board="icebreaker", clock_mhz=300)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", DIGITS, "--board", "icebreaker", "--clock-mhz", "300"], "exceeds 275"),
        (["host", "/dev/null"], "say --dataset, to score the board, or --mlperf, to serve the runner"),
        (["host", "/dev/null", "--dataset", "digits", "--mlperf", "ic01"], "say --dataset"),
        (["export", MODELS, "--to", "vivado"], "holds no rtl/design.mk"),
    ],
)
def test_mistakes_on_the_command_line_end_with_2(tmp_path, arguments, message):
    shown = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, env=os.environ, timeout=120, cwd=tmp_path
    )
    assert shown.returncode == InputError.exit_code == 2
    assert message in shown.stderr and "Traceback" not in shown.stderr
    assert not list(tmp_path.iterdir())


BOARDS = """
hardware:
  clock_mhz: 100
  boards:
    icebreaker: {clock_mhz: 24, folding: {dense_0: {pe: 2, simd: 4}}, seeds: 1}
    tangnano9k: {folding: folded}
"""


@pytest.fixture
def of_many_boards(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text(DIGITS.read_text().partition("hardware:")[0] + BOARDS.lstrip())
    return path


def test_a_recipe_says_what_differs_on_another_board(of_many_boards):
    recipe = recipes.load(of_many_boards)
    there = on(recipe, board="icebreaker").hardware
    assert (there.board, there.clock_mhz, there.seeds) == ("icebreaker", 24, 1)
    assert there.folding == {"dense_0": Fold(pe=2, simd=4)}
    assert on(recipe, board="icebreaker", clock_mhz=20.0, folding="folded").hardware.clock_mhz == 20
    assert (on(recipe, board="tangnano9k").hardware.clock_mhz, recipe.hardware.folding) == (100, "unrolled")
    assert on(recipe, board="ulx3s_45f").hardware.folding == "unrolled"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("icebreaker:", "icebraker:", 'hardware.boards.icebraker: no boards entry "icebraker"; did you mean "iceb'),
        ("clock_mhz: 24", "clock_mhz: 300", "hardware.boards.icebreaker.clock_mhz: boards.icebreaker: clock_mhz = 300"),
        ("pe: 2", "pe: 3", "hardware.boards.icebreaker.folding.dense_0.pe: 3 does not divide 28 outputs"),
        ("seeds: 1", "seed: 1", 'hardware.boards.icebreaker.seed: unknown key; did you mean "seeds"?'),
        ("{folding: folded}", "folded", "hardware.boards.tangnano9k: 'folded' should be a section of keys"),
    ],
)
def test_mistakes_of_another_board_stand_at_their_place(of_many_boards, old, new, message):
    of_many_boards.write_text(of_many_boards.read_text().replace(old, new))
    with pytest.raises(RecipeError, match=re.escape(message)):
        recipes.load(of_many_boards)
