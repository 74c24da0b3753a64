"""Recipes, model files and sweeps that are fitted, and what the command line makes of it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import fitted
import pytest
from sweeps import plan, publish, result

sys.path.insert(0, str(Path(__file__).parents[1] / "frontends"))

import onnx
import onnx_models as models

from edgeflow import fit_run, fit_source
from edgeflow import recipe as recipes
from edgeflow.boards import _board
from edgeflow.errors import DoesNotFitError, InputError
from edgeflow.fit import show
from edgeflow.fit.fit import fit
from edgeflow.fit.goal import Goal
from edgeflow.pipeline import Context
from edgeflow.sweep._task import RECIPE
from edgeflow.sweep.folder import Folder

ROOT = Path(__file__).parents[2]
DIGITS = ROOT / "models" / "digits" / "recipe.yaml"
GOLDEN = ROOT / "tests" / "golden" / "fit.txt"


def edgeflow(*arguments, folder):
    command = [sys.executable, "-m", "edgeflow.cli", "fit", *map(str, arguments)]
    env = os.environ | {"EDGEFLOW_STORE": str(folder / "store")}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=600)


@pytest.fixture
def model(tmp_path):
    onnx.save(models.mlp(per_channel=True), tmp_path / "net.onnx")
    return tmp_path / "net.onnx"


def found(**goal):
    return fit(fitted.wanted(fitted.cnn(), **goal), _board.load("tangnano9k"))


def test_tables_and_snippet_are_as_they_were():
    """By the kernels' forms, so that no calibration changes it."""
    made = found(min_fps=100_000, clock_mhz=54)
    lines = [
        " | ".join(row) for table in ((show.LAYERS, *show.layers(made)), (show.PART, *show.part(made))) for row in table
    ]
    text = "\n".join([show.title(made), *lines, *show.notices(made), show.snippet(made)])
    if os.environ.get("EDGEFLOW_WRITE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_json_is_plain_and_whole():
    made = found(min_fps=100_000)
    data = json.loads(show.as_json(made))
    assert data["shapes"] == made.folding and data["kind"] == "estimated"
    assert data["frames_per_second"] == made.fps and data["room"] == made.room


def test_a_recipe_is_written_with_its_comments(tmp_path):
    made = fit(fitted.wanted(fitted.mlp(64, 28, 10), min_fps=100_000), _board.load("tangnano9k"))
    path = fit_run.Done(made, DIGITS).write(tmp_path / "new" / "recipe.yaml")
    assert path.read_text().startswith("# Handwritten digits, 8 x 8 pixels")
    written, before = recipes.load(path), recipes.load(DIGITS)
    assert written.training_slice == before.training_slice and written.hardware.board == "tangnano9k"
    assert written.hardware.clock_mhz == made.clock_mhz and set(written.hardware.folding) == {"dense_0", "dense_1"}
    with pytest.raises(InputError, match="edgeflow import"):
        fit_run.Done(made, None).write(tmp_path / "other.yaml")


def test_a_recipe_that_is_not_trained_has_drawn_weights(tmp_path, store):
    found = fit_source.of_recipe(recipes.load(DIGITS), Context(type(store)(tmp_path)), train=False)
    weight = found.network.layers[0].kernel.weight
    assert weight.shape == (64, 28)
    assert 0.3 < (weight != 0).mean() <= 0.6, "pruning takes 0.4, the 2-bit grid rounds some of the rest to zero"
    assert found.names == {"dense_0", "dense_1"} and found.notes == (fit_source.DRAWN,)
    assert not list(tmp_path.glob("train*"))


def test_fewer_bits_reach_every_layer():
    recipe = recipes.load(ROOT / "models" / "mnist_residual" / "recipe.yaml")
    student, less = recipe.student, fit_source.narrower(recipe, 1).student
    inner, before = less.hidden[1].residual[0], student.hidden[1].residual[0]
    assert (inner.weight_bits, inner.activation_bits) == (before.weight_bits - 1, before.activation_bits - 1)
    assert less.output.weight_bits == student.output.weight_bits - 1 and less.hidden[2] == student.hidden[2]
    assert fit_source.narrower(recipe, 40) is None


def sweep(tmp_path, accuracies):
    folder = Folder.create(tmp_path / "s", plan())
    for number, accuracy in enumerate(accuracies):
        publish(folder, [result(number, accuracy, 100 - 10 * number)])
        (folder.home(number) / RECIPE).write_text(DIGITS.read_text())
    return folder.root


@pytest.fixture
def fits(monkeypatch):
    """How fast each trial is on the part, instead of training it; None does not fit."""
    speed = {}

    def stand_in(path, wish, context):
        number = int(path.parent.name)
        if speed[number] is None:
            raise DoesNotFitError(f"too large: {number}")
        return fit_run.Done(replace(BASE, interval_cycles=speed[number]), path)

    monkeypatch.setattr(fit_run, "_of_recipe", stand_in)
    return speed


BASE = found(min_fps=100_000)
ANY = fit_run.Wish(None, Goal())


def test_of_a_sweep_the_most_accurate_point_that_fits(tmp_path, fits, store):
    root = sweep(tmp_path, [0.97, 0.96, 0.95])
    fits |= {0: None, 1: 50, 2: 10}
    assert fit_run.of_sweep(root, None, ANY, Context(store)).recipe == root / "trials" / "00001" / RECIPE


def test_of_a_sweep_the_fastest_point_that_is_right_often_enough(tmp_path, fits, store):
    root = sweep(tmp_path, [0.97, 0.96, 0.95])
    fits |= {0: 70, 1: 50, 2: 10}
    assert fit_run.of_sweep(root, 0.955, ANY, Context(store)).recipe == root / "trials" / "00001" / RECIPE
    with pytest.raises(InputError, match=r"0\.99 is more than the front has; its best is 0\.97"):
        fit_run.of_sweep(root, 0.99, ANY, Context(store))


def test_of_a_sweep_none_that_fits_is_refused_for_each_point(tmp_path, fits, store):
    root = sweep(tmp_path, [0.97, 0.96])
    fits |= {0: None, 1: None}
    with pytest.raises(DoesNotFitError, match=r"trial 0, 97.00% right: too large: 0\ntrial 1"):
        fit_run.of_sweep(root, None, ANY, Context(store))


def test_a_model_file_is_fitted_from_the_command_line(model, tmp_path):
    shown = edgeflow(model, "--board", "tangnano9k", "--min-fps", 50_000, folder=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "net on tangnano9k: 50,000 frames/s" in shown.stdout and "hardware:\n  board: tangnano9k" in shown.stdout
    assert "are scarcest" in shown.stdout and "set the interval" in shown.stdout


def test_what_does_not_fit_ends_with_5(model, tmp_path):
    shown = edgeflow(model, "--board", "icebreaker", "--min-fps", 1e8, "--clock-mhz", 24, folder=tmp_path)
    assert shown.returncode == 2 and "more than one a cycle at 24 MHz" in shown.stderr
    shown = edgeflow(model, "--board", "icebreaker", "--max-latency-us", 0.02, folder=tmp_path)
    assert shown.returncode == 5 and "out of reach" in shown.stderr and "less would: " in shown.stderr
    assert not shown.stdout and "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give a recipe or a model file, or --sweep FOLDER"),
        ([DIGITS, "--sweep", "s"], "give a recipe or a model file, or --sweep FOLDER"),
        ([DIGITS, "--min-fps", "-1"], "--min-fps: -1 is not a number above 0"),
        ([DIGITS, "--max-latency-us", "inf"], "--max-latency-us: inf"),
        ([DIGITS, "--min-accuracy", "0.9"], "give --sweep FOLDER"),
        ([DIGITS, "--board", "ulx4s"], 'did you mean "ulx3s"'),
    ],
    ids=str,
)
def test_wrong_wishes_are_refused_before_work(arguments, message, tmp_path):
    shown = edgeflow(*arguments, folder=tmp_path)
    assert shown.returncode == 2 and message in shown.stderr
