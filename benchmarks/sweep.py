"""What a sweep costs besides its trials, and what it survives.

    python benchmarks/sweep.py utilization [--trials 64]   both cores' time that a digits sweep spends in trials
    python benchmarks/sweep.py kills                       the same sweep, its driver killed ten times on the way
    python benchmarks/sweep.py load                        seconds that 1,000 results take to load, front and plot

Run the first on a quiet machine. Both train: a teacher and a baseline once, which all trials share, and a student with
and without them a trial, of fewer epochs than the shipped recipe so that 64 take minutes; shorter trials make overhead
show more, not less. Each measure is kept in benchmarks/results/sweep.json, with its date and what else the machine did.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np

from edgeflow.sweep.figures import FIGURES
from edgeflow.sweep.folder import Folder
from edgeflow.sweep.plan import Plan, Sweep
from edgeflow.sweep.result import Result

RESULTS = Path(__file__).parent / "results" / "sweep.json"
PACKAGES = ("tensorflow", "qkeras", "optuna", "numpy")
RECIPE = Path(__file__).parents[1] / "models" / "digits" / "recipe.yaml"
JOBS, KILLS, SEED = 2, 10, 1
SWEEP = """\
name: benchmark
recipe: {recipe}
space:
  student.hidden.0.weight_bits: [2, 3, 4, 5]
  student.hidden.0.units: {{low: 8, high: 64}}
  compression.0.distill.temperature: {{low: 1.0, high: 8.0, log: true}}
  teacher.members: [1]
  teacher.training.epochs: [30]
  baseline.training.epochs: [30]
  training.epochs: [60]
objectives: [accuracy, weight_bits]
sampler: quasi_random
trials: {trials}
seed: {seed}
"""


def driver(work: Path, trials: int) -> "subprocess.Popen[bytes]":
    """``edgeflow sweep`` with a store of its own, so that it trains."""
    (work / "sweep.yaml").write_text(SWEEP.format(recipe=RECIPE, trials=trials, seed=SEED))
    argv = [sys.executable, "-m", "edgeflow.cli", "sweep", str(work / "sweep.yaml"), "--out", str(work / "s")]
    environment = os.environ | {"EDGEFLOW_STORE": str(work / "store")}
    return subprocess.Popen([*argv, "--jobs", str(JOBS)], env=environment, stdout=subprocess.DEVNULL)


def utilization(work: Path, trials: int) -> dict[str, object]:
    """Wall time from the command's start to its end, imports and final picture included, on JOBS cores."""
    began, started = time.time(), time.monotonic()
    code = driver(work, trials).wait()
    wall = time.monotonic() - started
    results = Folder.open(work / "s").results()
    trial_seconds, cpu_seconds = sum(r.seconds for r in results), sum(r.cpu_seconds for r in results)
    networks = [folder for folder in (work / "store" / "float_network").iterdir() if folder.name[0] != "."]
    return {
        "exit_code": code,
        "trials": len(results),
        "failed": sum(r.failure is not None for r in results),
        "float_networks_trained": len(networks),
        "wall_s": round(wall, 1),
        "before_the_first_trial_s": round(min(r.started for r in results) - began, 1),
        "after_the_last_trial_s": round(began + wall - max(r.started + r.seconds for r in results), 1),
        "seconds_a_trial": round(trial_seconds / len(results), 2),
        "share_of_wall_in_trials": round(trial_seconds / (JOBS * wall), 3),
        "share_of_cpu_in_trials": round(cpu_seconds / (JOBS * wall), 3),
    }


def kills(work: Path, trials: int) -> dict[str, object]:
    """Ten times kill -9 at seeded moments spread over the sweep, then once to its end."""
    moments, rewritten, seen = random.Random(SEED), 0, dict[str, int]()
    for _ in range(KILLS):
        process = driver(work, trials)
        before = len(list(work.glob("s/trials/*")))
        while process.poll() is None and len(list(work.glob("s/trials/*"))) < before + trials // (2 * KILLS):
            time.sleep(0.1)
        time.sleep(moments.uniform(0, 3))
        process.kill()
        process.wait()
        now = {path.parent.name: path.stat().st_mtime_ns for path in work.glob("s/trials/*/result.json")}
        rewritten += sum(now.get(name) != at for name, at in seen.items())
        seen = now
    code = driver(work, trials).wait()
    numbers = [result.number for result in Folder.open(work / "s").results()]
    return {
        "kills": KILLS,
        "exit_code": code,
        "all_trials_once": numbers == list(range(trials)),
        "rewritten": rewritten,
    }


def load(work: Path, trials: int) -> dict[str, object]:
    """In a process of its own that has imported nothing, as ``edgeflow sweep show`` does it."""
    _synthetic(work / "s", trials)
    command = [sys.executable, "-m", "edgeflow.cli", "sweep", "show", str(work / "s")]
    shown = [seconds(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(5)]
    from edgeflow.sweep import run

    folder = Folder.open(work / "s")
    read = seconds(folder.results)
    drawn = seconds(lambda: run.write(folder))
    return {
        "trials": trials,
        "sweep_show_s": sorted(shown),
        "load_s": read,
        "front_and_plot_s": drawn,
        "law_and_advice_s": seconds(lambda: run.notices(folder)),
    }


def _synthetic(root: Path, trials: int) -> None:
    text = SWEEP.format(recipe=RECIPE, trials=trials, seed=SEED)
    (root.parent / "sweep.yaml").write_text(text)
    from edgeflow.sweep import file

    plan: Plan = file.read(root.parent / "sweep.yaml")
    sweep: Sweep = plan.sweep
    folder, draw = Folder.create(root, plan), np.random.default_rng(SEED)
    for number in range(trials):
        bits, units = int(draw.integers(2, 6)), int(draw.integers(8, 65))
        point = {d.key: d.samples()[0] for d in sweep.dimensions}
        point |= {"student.hidden.0.weight_bits": bits, "student.hidden.0.units": units}
        macs = 74 * units
        error = 0.02 + 12 / (bits * macs) ** 0.6 * np.exp(draw.normal(0, 0.1))
        figures = {"accuracy": 1 - error, "weight_bits": bits * macs, "macs": macs, "test_accuracy": 1 - error}
        assert set(figures) - {"test_accuracy"} <= set(FIGURES)
        folder.home(number).mkdir()
        plain = {name: float(value) for name, value in figures.items()}
        Result(number, point, plain, None, float(number), 1.0, 1.0, "here", {}).save(folder.home(number))


def seconds(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return round(time.monotonic() - started, 2)


MEASURES = {"utilization": (utilization, 64), "kills": (kills, 64), "load": (load, 1000)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=MEASURES)
    parser.add_argument("--trials", type=int)
    wanted = parser.parse_args()
    measure, trials = MEASURES[wanted.measure]
    with tempfile.TemporaryDirectory(prefix="edgeflow-bench-") as work:
        before = os.getloadavg()[0]
        found = measure(Path(work), wanted.trials or trials)
    found |= {"date": date.today().isoformat(), "load_before": round(before, 2), "nice": os.nice(0)}
    found["processors"] = os.cpu_count()
    found["tools"] = {"python": platform.python_version()} | {package: version(package) for package in PACKAGES}
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(dict(sorted((kept | {wanted.measure: found}).items())), indent=2) + "\n")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
