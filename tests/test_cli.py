"""The command line as its users and their scripts see it: exit codes, messages, and nothing half done."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[1] / "models"
DIGITS = MODELS / "digits" / "recipe.yaml"
COMMAND = [sys.executable, "-m", "edgeflow.cli"]


def edgeflow(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | environment
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, env=env, timeout=300)


def test_help_names_every_stage():
    shown = edgeflow("--help")
    assert shown.returncode == 0
    for command in (
        "run",
        "train",
        "convert",
        "generate",
        "verify",
        "implement",
        "report",
        "check",
        "quantize",
        "ablate",
        "cascade",
        "sweep",
        "doctor",
        "host",
        "compare",
        "history",
        "init",
    ):
        assert re.search(rf"\b{command}\b", shown.stdout), command


def test_doctor_lists_versions():
    shown = edgeflow("doctor")
    assert shown.returncode == 0
    for tool in ("yosys", "nextpnr-ecp5", "verilator", "cocotb", "g++"):
        assert re.search(rf"^{re.escape(tool)}\s+\d", shown.stdout, re.MULTILINE), tool


@pytest.mark.parametrize("arguments", [(), ("run",), ("nonsense",), ("run", DIGITS, "--bogus")])
def test_wrong_arguments_end_with_2(arguments):
    assert edgeflow(*arguments).returncode == 2


def test_every_mistake_of_a_recipe_at_once(tmp_path):
    recipe = tmp_path / "recipe.yaml"
    text = DIGITS.read_text().replace("weight_bits: 2, bias_bits: 6, act", "weight_bitz: 2, bias_bits: 60, act")
    recipe.write_text(text.replace("board: ulx3s", "board: ulx4s").replace("clock_mhz: 100", "clock_mhz: -1"))
    shown = edgeflow("run", recipe, "--out", tmp_path / "out")
    assert shown.returncode == 2
    assert "weight_bitz" in shown.stderr and 'did you mean "weight_bits"' in shown.stderr
    assert "60" in shown.stderr and 'did you mean "ulx3s"' in shown.stderr and "clock_mhz" in shown.stderr
    assert len(re.findall(rf"{re.escape(str(recipe))}:\d+:\d+: ", shown.stderr)) == 4
    assert "Traceback" not in shown.stderr and not (tmp_path / "out").exists()


def test_a_clock_beyond_the_board_is_refused_before_training(tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(DIGITS.read_text().replace("clock_mhz: 100", "clock_mhz: 900"))
    shown = edgeflow("run", recipe, "--out", tmp_path / "out")
    assert shown.returncode == 2
    assert "clock_mhz = 900 exceeds" in shown.stderr and re.search(r"recipe.yaml:\d+:\d+: ", shown.stderr)


def test_a_missing_recipe_is_one_line(tmp_path):
    shown = edgeflow("run", tmp_path / "none.yaml")
    assert shown.returncode == 2
    assert "none.yaml" in shown.stderr and len(shown.stderr.strip().splitlines()) == 1


def test_a_missing_tool_is_3_with_its_install_line(tmp_path):
    """An empty PATH hides g++, which csim needs; Python packages are still found."""
    shown = edgeflow("doctor", PATH=str(tmp_path))
    assert shown.returncode == 3
    assert re.search(r"g\+\+.*install", shown.stdout)


def test_a_board_that_is_not_there(tmp_path):
    shown = edgeflow("host", tmp_path / "tty", "--dataset", "digits")
    assert shown.returncode == 2
    assert "cannot open" in shown.stderr and "Traceback" not in shown.stderr


@pytest.mark.train
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_leaves_nothing_that_is_trusted(tmp_path, how):
    store = tmp_path / "store"
    running = subprocess.Popen(
        [*COMMAND, "train", str(DIGITS), "--out", str(tmp_path / "out")],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"EDGEFLOW_STORE": str(store)},
    )
    assert running.stderr is not None
    for line in running.stderr:
        if "epoch" in line:
            break
    time.sleep(0.5)
    running.send_signal(how)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "stopped" in said
    assert list((store / "float_network").iterdir()) == []
    assert not (store / "train").exists()
