"""Sweeps for tests: plans over the digits recipe with trial functions that take no time, and a driver to kill.

python sweeps.py FOLDER FUNCTION TRIALS [ENGINE]      drives such a sweep in a process of its own
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgeflow.sweep import run
from edgeflow.sweep.engines._engine import Options
from edgeflow.sweep.folder import Folder
from edgeflow.sweep.plan import Plan, Sweep
from edgeflow.sweep.result import Result

HERE = Path(__file__).parent
DIGITS = HERE.parents[1] / "models" / "digits" / "recipe.yaml"
BITS, UNITS = "student.hidden.0.weight_bits", "student.hidden.0.units"
SPACE = {BITS: [1, 2, 3, 4], UNITS: {"low": 4, "high": 64}}


def plan(function: str = "quick", **changes: Any) -> Plan:
    """``changes`` are keys of SWEEP.yaml."""
    wanted = {"name": "toy", "recipe": str(DIGITS), "space": SPACE, "sampler": "quasi_random", "trials": 8}
    sweep = Sweep.model_validate(wanted | changes)
    return Plan(sweep, DIGITS.read_text(), f"sweep_functions:{function}", preload=("sweep_functions",))


def result(number: int, accuracy: float, bits: float, **more: Any) -> Result:
    """A finished trial."""
    point = {BITS: 1 + number % 4, UNITS: 4 + number % 60}
    figures = {"accuracy": accuracy, "weight_bits": bits, "macs": bits / 2} | more.pop("figures", {})
    plain = {
        "failure": None,
        "started": float(number),
        "seconds": 1.0,
        "cpu_seconds": 1.0,
        "where": "here",
        "notes": {},
    }
    return Result(number=number, point=more.pop("point", point), figures=figures, **plain | more)


def failed(number: int, cause: str) -> Result:
    return Result(number, result(number, 0, 1).point, {}, cause, float(number), 1.0, 0.0, "here", {})


def publish(folder: Folder, results: list[Result]) -> None:
    """Finished trials, as if they had been run."""
    for one in results:
        folder.home(one.number).mkdir()
        one.save(folder.home(one.number))


def drive(root: Path, wanted: Plan, jobs: int = 2, engine: str = "local") -> list[Result]:
    return run.start(wanted, root, engine, Options(jobs)).results()


def driver(
    root: Path, function: str, trials: int, engine: str = "local", **environment: str
) -> "subprocess.Popen[bytes]":
    argv = [sys.executable, str(HERE / "sweeps.py"), str(root), function, str(trials), engine]
    return subprocess.Popen(argv, stderr=subprocess.PIPE, env=os.environ | environment)


def wait_for(condition: Callable[[], Any], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def running_pids(root: Path) -> list[int]:
    """Owners of the attempts under way."""
    owners = (json.loads(path.read_text())["owner"]["pid"] for path in root.glob("attempts/[0-9]*/owner.json"))
    return sorted(set(owners))


if __name__ == "__main__":
    where, name, count, kind = sys.argv[1:]
    drive(Path(where), plan(name, trials=int(count)), jobs=2, engine=kind)
