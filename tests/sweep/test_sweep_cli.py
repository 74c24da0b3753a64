"""``edgeflow sweep`` as its users see it; once with a real recipe, trained, estimated and routed for no one else."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sweeps import DIGITS, HERE, failed, plan, publish, result, wait_for

from edgeflow import recipe
from edgeflow.errors import EdgeflowError
from edgeflow.implement import Implementation
from edgeflow.sweep import run
from edgeflow.sweep.figures import CELLS
from edgeflow.sweep.folder import Folder

COMMAND = [sys.executable, "-m", "edgeflow.cli", "sweep"]
BREVITAS = DIGITS.parents[1] / "digits_brevitas" / "recipe.yaml"
TWO = """\
name: two
recipe: recipe.yaml
space:
  student.hidden.0.weight_bits: [2, 4]
  hardware.clock_mhz: [40, 50]
objectives: [accuracy, estimated.luts]
fits: ulx3s
sampler: grid
limits: {seconds: 500}
"""


def edgeflow(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | environment
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, env=env, timeout=500)


@pytest.fixture
def short(tmp_path) -> Path:
    """A sweep file over the Brevitas digits, of few epochs and with float scales, which need no csim."""
    text = (
        BREVITAS.read_text()
        .replace("members: 3", "members: 1")
        .replace("framework: brevitas", "framework: brevitas\n  scale: float")
    )
    for epochs in ("epochs: 200", "epochs: 600"):
        text = text.replace(epochs, "epochs: 2")
    (tmp_path / "recipe.yaml").write_text(text)
    (tmp_path / "sweep.yaml").write_text(TWO)
    return tmp_path / "sweep.yaml"


@pytest.mark.train
def test_a_real_sweep(short, tmp_path):
    """Four trials, two trainings: the clock alone trains nothing, also while another process trains."""
    store, out = tmp_path / "store", tmp_path / "s"
    done = edgeflow(short, "--out", out, "--jobs", 2, EDGEFLOW_STORE=str(store))
    assert done.returncode == 0, done.stderr
    assert "4 of 4 trials finished" in done.stdout and "Pareto front" in done.stdout
    assert len([folder for folder in (store / "train").iterdir() if folder.name[0] != "."]) == 2
    results = Folder.open(out).results()
    assert [one.failure for one in results] == [None] * 4
    first, second, third, fourth = (one.figures for one in results)
    assert (first["accuracy"], first["estimated.luts"]) == (third["accuracy"], third["estimated.luts"])
    assert first["estimated.latency_ns"] * 40 == pytest.approx(third["estimated.latency_ns"] * 50)
    assert first["estimated.energy_nj"] > third["estimated.energy_nj"] > 0, "static power has more time at 40 MHz"
    assert second["weight_bits"] > first["weight_bits"] and fourth["estimated.luts"] > third["estimated.luts"]

    again = edgeflow(short, "--out", out, EDGEFLOW_STORE=str(store))
    assert again.stdout == done.stdout
    best = edgeflow("best", out, "--max-luts", second["estimated.luts"] - 1, "--out", tmp_path / "best.yaml")
    assert best.returncode == 0, best.stderr
    assert recipe.load(tmp_path / "best.yaml").student.hidden[0].weight_bits == 2


ROUTED = """\
name: routed
recipe: recipe.yaml
space: {student.hidden.0.units: [4]}
objectives: [accuracy, routed.luts, routed.fmax_mhz, routed.latency_ns]
constraints: {routed.fmax_mhz: {at_least: 1}}
fits: icebreaker
sampler: grid
limits: {seconds: 500}
"""


@pytest.mark.train
@pytest.mark.tools
def test_a_sweep_may_aim_at_what_is_routed(short, tmp_path):
    """Its figures are the implementation's, which a run of the best recipe would find stored."""
    base, store, out = short.parent / "recipe.yaml", tmp_path / "store", tmp_path / "s"
    small = base.read_text().replace("board: ulx3s", "board: icebreaker").replace("clock_mhz: 100", "clock_mhz: 24")
    base.write_text(small.replace("seeds: 2", "seeds: 1"))
    short.write_text(ROUTED)
    done = edgeflow(short, "--out", out, EDGEFLOW_STORE=str(store))
    assert done.returncode == 0, done.stderr
    (one,) = Folder.open(out).results()
    assert one.failure is None
    (folder,) = (store / "implement").glob("[!.]*")
    board, figures = Implementation.load(folder), one.figures
    assert {f"routed.{cell}": getattr(board, cell) for cell in CELLS}.items() <= figures.items()
    assert figures["routed.fmax_mhz"] == board.fmax_mhz and set(board.fmax_mhz_by_seed) == {1}
    assert board.luts > figures["estimated.luts"] > 0, "the board's link is routed, the bare core estimated"
    cycles = figures["estimated.latency_ns"] * 24 / 1000
    assert figures["routed.latency_ns"] == pytest.approx(cycles * 1000 / min(24, board.fmax_mhz))
    assert f"{board.luts}" in done.stdout and (out / "front.csv").read_text().count("\n") == 2
    missed = edgeflow("best", out, "--max-luts", board.luts - 1)
    assert missed.returncode == 2 and "routed.luts is 1 off" in missed.stderr


def test_best_and_show_and_worker_of_a_finished_sweep(tmp_path):
    folder = Folder.create(tmp_path / "s", plan(trials=3))
    publish(folder, [result(0, 0.9, 100), failed(1, "no luck"), result(2, 0.8, 50)])
    (folder.home(2) / "recipe.yaml").write_text(DIGITS.read_text())
    assert edgeflow("worker", folder.root, PYTHONPATH=f"{HERE}:{os.environ.get('PYTHONPATH', '')}").returncode == 0
    shown = edgeflow("show", folder.root)
    assert "3 of 3 trials finished" in shown.stdout and "1 failed: no luck" in shown.stdout
    assert "trials/00001/log.txt" in shown.stdout
    assert edgeflow("best", folder.root, "--max-weight-bits", 60).stdout.startswith("trial 2: accuracy 0.8")
    assert (folder.root / "best.yaml").read_text() == DIGITS.read_text()
    refused = edgeflow("best", folder.root, "--max-weight-bits", 10)
    assert refused.returncode == 2 and "40 off" in refused.stderr


def test_a_sweep_of_failures_alone_is_one(tmp_path):
    folder = Folder.create(tmp_path / "s", plan(trials=2))
    publish(folder, [failed(0, "no luck"), failed(1, "no luck")])
    with pytest.raises(EdgeflowError, match="all 2 trials failed"):
        run.check(folder)
    publish(folder, [result(2, 0.8, 50)])
    run.check(folder)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_sweep_is_130_and_gives_its_trials_back(tmp_path, how):
    folder = Folder.create(tmp_path / "s", plan("slow", trials=4))
    running = subprocess.Popen(
        [*COMMAND, "worker", str(folder.root), "--jobs", "2"],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{HERE}:{os.environ.get('PYTHONPATH', '')}"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # as under a terminal
    )
    wait_for(lambda: len(list(folder.attempts.glob("*/log.txt"))) == 2)
    running.send_signal(how)
    _, said = running.communicate(timeout=200)
    assert running.returncode == 130, said
    assert "stopped" in said and list(folder.attempts.iterdir()) == []


@pytest.mark.parametrize("arguments", [("none.yaml",), ("show", "none"), ("worker", "none"), ("--bogus",), ("run",)])
def test_wrong_arguments_end_with_2(arguments):
    assert edgeflow(*arguments).returncode == 2


def test_an_unknown_engine_has_a_near_name(short, tmp_path):
    refused = edgeflow(short, "--out", tmp_path / "s", "--engine", "rey")
    assert refused.returncode == 2 and 'did you mean "ray"' in refused.stderr
