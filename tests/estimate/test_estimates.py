"""edgeflow estimate: of a recipe without a trained model, of a quantized file; cycles exact, no framework imported."""

import json
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import pytest
from typer.testing import CliRunner

from edgeflow import cli, estimates, recipe_hardware
from edgeflow import recipe as recipes
from edgeflow.boards import _board
from edgeflow.calibrate.designs import drawn
from edgeflow.errors import InputError
from edgeflow.estimate.analytic import Guess, of_parts, sketch
from edgeflow.estimate.recipe_network import drawn_network
from edgeflow.estimate.sketch import sketched
from edgeflow.families import _family
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels.dense import Dense
from edgeflow.network.network import Layer, Network
from edgeflow.pipeline import estimate
from edgeflow.rtl.generate import generate
from edgeflow.store import Store

sys.path.insert(0, str(Path(__file__).parents[1] / "frontends"))

import onnx_models as models

MODELS = Path(__file__).parents[2] / "models"
CNN = MODELS / "mnist_cnn"
FRAMEWORKS = {"tensorflow", "torch", "hls4ml", "qkeras", "onnxruntime"}


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    return estimates.of_recipe(recipes.load(CNN / "recipe.yaml"), Store(tmp_path_factory.mktemp("store")))


def test_a_recipe_has_its_cycles_before_it_is_trained(answer):
    """As simulated of the trained one (README): folded layers' cycles do not depend on weights."""
    assert (answer.student.figures.latency_cycles, answer.student.figures.interval_cycles) == (7825, 4356)
    assert answer.weights == estimates.DRAWN
    assert answer.student.figures.brams == 15 and answer.student.figures.dsps == 0


def test_the_float_baseline_stands_beside_it(answer):
    baseline = answer.baseline
    assert baseline.fixed16.figures.dsps == 40 and baseline.fixed16.figures.brams > 0
    assert baseline.counted.bit_operations == 32 * 32 * baseline.counted.macs
    assert estimates.FLOAT32 in answer.notices


def test_an_inference_has_its_energy_with_a_range(answer):
    """The typical activity's, at the clock that is reached; static power is the device's for so long."""
    energy, figures = answer.student.energy, answer.student.figures
    assert energy.low_nj < energy.frame_nj < energy.high_nj
    assert energy.timing.frame_us == pytest.approx(1e6 / answer.student.frames_per_second)
    logic = next(share for share in energy.shares if share.cause == "logic")
    assert f"{figures.luts:,} LUTs" in logic.inputs
    baseline = answer.baseline.fixed16
    assert baseline.energy.timing.clock_mhz == min(answer.clock_mhz, baseline.figures.fmax_mhz)
    assert baseline.energy.frame_nj > energy.frame_nj  # 16 bits, and more cycles a frame


def test_throughput_is_at_the_clock_that_is_reached(answer):
    reached = min(answer.clock_mhz, answer.student.figures.fmax_mhz)
    assert answer.student.frames_per_second == pytest.approx(reached * 1e6 / 4356)


@pytest.mark.parametrize("board", ["ulx3s", "icebreaker", "tangnano9k", "tangnano20k"])
def test_cycles_are_the_designs_on_every_board(board):
    recipe = recipes.load(CNN / "recipe.yaml")
    network = drawn_network(recipe, (28, 28, 1), 10)
    target = _board.load(board)
    design = generate(network, "folded", 24.0, _family.of(target).delays)
    said = estimate(design, target)
    assert (said.latency_cycles, said.interval_cycles) == (design.latency_cycles, design.interval_cycles)
    assert 500 < said.luts < 20_000 and 5 < said.fmax_mhz < 500


def test_a_drawn_network_is_always_the_same():
    recipe = recipes.load(MODELS / "mnist_residual" / "recipe.yaml")
    one, again = (drawn_network(recipe, (28, 28, 1), 10) for _ in range(2))
    for a, b in zip(one.layers, again.layers, strict=True):
        assert a.name == b.name and (getattr(a.kernel, "weight", 0) == getattr(b.kernel, "weight", 0)) is not False


def test_a_sketch_takes_milliseconds_and_its_interval_is_exact(answer, tmp_path):
    sketch = estimates.of_recipe(recipes.load(CNN / "recipe.yaml"), Store(tmp_path), fast=True)
    found, full = sketch.student.figures, answer.student.figures
    assert sketch.path == estimates.SKETCH and not hasattr(found, "latency_cycles")
    assert (found.interval_cycles, found.brams, found.dsps) == (full.interval_cycles, full.brams, full.dsps)
    assert found.luts == pytest.approx(full.luts, rel=0.01) and found.ffs == pytest.approx(full.ffs, rel=0.01)
    low, high = found.within["luts"]
    assert low < full.within["luts"][0] and full.within["luts"][1] < high


# Layers in logic and folded ones, branches with FIFOs (12), an adder tree that one strategy makes a long chain (147).
@pytest.mark.parametrize("number", [0, 1, 2, 9, 12, 30, 40, 147])
def test_a_sketch_is_near_the_design(number):
    wanted, board = drawn(number), _board.load("ulx3s")
    clock_mhz = wanted.clock_mhz(_family.of(board))
    found = sketch(wanted.network, wanted.folding, clock_mhz, board)
    design = wanted.design(_family.of(board))
    full = estimate(design, board)
    assert (found.interval_cycles, found.brams, found.dsps) == (design.interval_cycles, full.brams, full.dsps)
    assert found.luts == pytest.approx(full.luts, rel=0.03) and found.ffs == pytest.approx(full.ffs, rel=0.12)


@pytest.mark.parametrize("number", [1, 62, 100_500])
def test_logic_too_large_to_be_solved_is_guessed_and_said_to_be(number):
    wanted, board = drawn(number), _board.load("ulx3s")
    family = _family.of(board)
    clock_mhz = wanted.clock_mhz(family)
    made = sketched(wanted.network, wanted.folding, clock_mhz, family.delays, most_adders=0)
    design = wanted.design(family)
    assert made.guessed and made.interval_cycles == design.interval_cycles
    found, full = of_parts(made.parts, made.interval_cycles, board), estimate(design, board)
    assert found.luts == pytest.approx(full.luts, rel=0.5)


def test_what_the_part_has_not_is_told(answer):
    hardware = recipe_hardware.on(recipes.load(CNN / "recipe.yaml"), board="icebreaker", clock_mhz=24.0).hardware
    network = drawn_network(recipes.load(CNN / "recipe.yaml"), (28, 28, 1), 10)
    large = hardware.model_copy(update={"folding": "unrolled"})
    said = estimates._answer(network, large, estimates.DRAWN, None, None, True).notices
    assert any(re.search(r"does not fit icebreaker: [\d,]+ luts of 5,280", notice) for notice in said)
    assert not any("does not fit" in notice for notice in answer.notices)


def test_so_much_logic_is_guessed_and_the_answer_says_so():
    """256 x 64 weights in logic: no trial of the solver ends in a while."""
    hardware = recipe_hardware.on(recipes.load(CNN / "recipe.yaml"), folding="unrolled").hardware
    rng = np.random.default_rng(3)
    dense = Dense(rng.integers(-7, 8, (256, 64)), np.zeros(64, np.int64), Fixed(4), Fixed(4))
    answer = estimates._answer(Network("large", (Layer("dense", dense),)), hardware, estimates.FILE, None, None, True)
    assert isinstance(answer.student.figures, Guess) and any(estimates.GUESS in notice for notice in answer.notices)


def test_a_clock_that_is_not_reached_is_not_what_energy_and_rate_are_told_at():
    asked = recipe_hardware.on(recipes.load(CNN / "recipe.yaml"), clock_mhz=190.0)
    dense = Dense(np.full((16, 4), 3), np.zeros(4, np.int64), Fixed(8), Fixed(4))
    hardware = asked.hardware.model_copy(update={"folding": "folded"})
    answer = estimates._answer(Network("slow", (Layer("dense", dense),)), hardware, estimates.FILE, None, None, True)
    student = answer.student
    assert student.clock_mhz == student.energy.timing.clock_mhz == student.figures.fmax_mhz < 190.0


def test_the_interval_of_what_is_guessed_is_wider(monkeypatch):
    wanted, board = drawn(100_500), _board.load("ulx3s")
    clock_mhz = wanted.clock_mhz(_family.of(board))
    near = sketch(wanted.network, wanted.folding, clock_mhz, board)
    monkeypatch.setattr("edgeflow.estimate.analytic.sketched", partial(sketched, most_adders=0))
    guessed = sketch(wanted.network, wanted.folding, clock_mhz, board)
    (low, high), (lowest, highest) = near.within["luts"], guessed.within["luts"]
    assert 1.3 * high / low < highest / lowest


def test_a_quantized_file_has_its_own_weights(tmp_path):
    path = tmp_path / "My Net.onnx"
    onnx.save(models.cnn(), path)
    answer = estimates.of(path, board="tangnano9k")
    assert answer.weights == estimates.FILE and answer.baseline is None
    assert answer.student.figures.luts > 1000 and answer.student.figures.interval_cycles > 100


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        estimates.of(tmp_path)
    (tmp_path / "x.txt").write_text("")
    with pytest.raises(InputError, match="a model file ends in"):
        estimates.of(tmp_path / "x.txt")


def test_the_command_prints_a_table_and_json(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STORE", str(tmp_path))
    arguments = ["estimate", str(CNN), "--board", "icebreaker", "--clock-mhz", "24", "--folding", "folded"]
    shown = CliRunner().invoke(cli.app, arguments)
    assert shown.exit_code == 0, shown.output
    for text in (
        "mnist_cnn on icebreaker",
        "LUTs",
        "exact",
        "weights: drawn",
        "float32 is counted only",
        "Energy an inference",
        "modelled",
        "ms to estimate",
    ):
        assert text in shown.output
    found = json.loads(CliRunner().invoke(cli.app, [*arguments, "--json"]).output)
    figures = {name: one["kind"] for name, one in found["student"].items() if name != "outside"}
    assert figures == {
        **dict.fromkeys(("luts", "ffs", "carries", "brams", "dsps", "fmax_mhz"), "estimated"),
        **dict.fromkeys(("latency_cycles", "interval_cycles"), "exact"),
        "energy_nj": "modelled",
    }
    assert found["student"]["energy_nj"]["low"] < found["student"]["energy_nj"]["value"]
    assert found["baseline"]["fixed16"]["energy_nj"]["kind"] == "modelled"
    assert found["path"] == estimates.GENERATED
    quick = CliRunner().invoke(cli.app, [*arguments, "--fast"]).output
    assert "sketched" in quick and "Latency" not in quick
    assert found["baseline"].keys() == {"fixed16", "float32"}


def test_it_imports_no_framework(tmp_path):
    code = (
        "import sys; from pathlib import Path; from edgeflow import estimates; "
        f"estimates.of(Path({str(CNN)!r})); print(*{{name.split('.')[0] for name in sys.modules}})"
    )
    environment = os.environ | {"EDGEFLOW_STORE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert FRAMEWORKS & set(done.stdout.split()) == set()
