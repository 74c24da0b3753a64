"""Every way a trial can end: its cause is kept, its programs are gone, the others do not notice."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from sweeps import drive, plan

from edgeflow.errors import EdgeflowError
from edgeflow.sweep.engines import local
from edgeflow.sweep.plan import Resources


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Eight trials: seven that end badly, each in its way, and a good one."""
    root = tmp_path_factory.mktemp("sweep") / "s"
    results = drive(root, plan("ending_badly", limits={"seconds": 6.0, "memory_gib": 0.5}))
    return root, {result.number: result for result in results}


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (0, "ended by SIGSEGV"),
        (1, "limits.seconds = 6"),
        (2, "limits.memory_gib = 0.5"),
        (3, "ValueError: on purpose"),
        (4, "ended before it had a result"),
        (5, "accuracy is nan"),
        (6, "SystemExit: 3"),
    ],
)
def test_a_failure_keeps_its_cause(ended, number, cause):
    _, results = ended
    assert cause in results[number].failure and results[number].figures == {}


def test_the_others_do_not_notice(ended):
    _, results = ended
    assert sorted(results) == list(range(8))
    assert results[7].failure is None and results[7].figures["accuracy"] > 0.5


def test_a_hanging_trial_takes_its_programs_with_it(ended):
    sleeping = [path for path in Path("/proc").glob("[0-9]*/cmdline") if _read(path).startswith(b"sleep\x00600")]
    assert sleeping == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_failed_trial_keeps_its_recipe_and_its_log(ended):
    root, results = ended
    home = root / "trials" / "00003"
    assert "on purpose" in (home / "log.txt").read_text()
    units = results[3].point["student.hidden.0.units"]
    assert f"units: {units}" in (home / "recipe.yaml").read_text()


def test_failures_are_not_run_again(ended):
    root, results = ended
    before = {path: path.stat().st_mtime_ns for path in root.glob("trials/*/result.json")}
    again = drive(root, plan("ending_badly", limits={"seconds": 6.0, "memory_gib": 0.5}))
    assert again == list(results.values())
    assert {path: path.stat().st_mtime_ns for path in root.glob("trials/*/result.json")} == before


def test_a_full_disk_stops_the_sweep_and_fails_no_trial(tmp_path, monkeypatch):
    monkeypatch.setenv("SWEEP_FREED", str(tmp_path / "freed"))
    with pytest.raises(EdgeflowError, match="No space left on device"):
        drive(tmp_path / "s", plan("disk_full_once"), jobs=1)
    finished = sorted(path.name for path in (tmp_path / "s" / "trials").iterdir())
    assert finished == ["00000", "00001", "00002"]
    assert list((tmp_path / "s" / "attempts").glob("[0-9]*")) == [], "claims are given back"
    (tmp_path / "freed").touch()
    assert [result.failure for result in drive(tmp_path / "s", plan("disk_full_once"))] == [None] * 8


def test_a_dead_fork_server_is_replaced_and_its_trials_run_again(tmp_path):
    """Trial 2 takes the server down each time it runs; the others get through, and it is a failure in the end."""
    results = drive(tmp_path / "s", plan("kills_its_server"))
    assert [result.number for result in results if result.failure] == [2]
    assert "died 3 times" in results[2].failure


def test_a_server_that_cannot_start_says_why(tmp_path):
    broken = replace(plan(), preload=("no_such_module",))
    with pytest.raises(EdgeflowError, match="no_such_module"):
        drive(tmp_path / "s", broken)


def test_an_impossible_point_is_a_failed_trial(tmp_path):
    """One activation bit is too little for the recipe's two integer bits: its reader says so, nothing trains."""
    wanted = plan(space={"student.hidden.0.activation_bits": [1]}, sampler="grid", trials=None)
    wanted = replace(wanted, function="edgeflow.sweep.trial:run", preload=())
    (only,) = drive(tmp_path / "s", wanted)
    assert only.failure.startswith("recipe.yaml:") and "exceeds activation_bits = 1" in only.failure


def test_resources_say_how_many_run_at_once():
    cores = len(os.sched_getaffinity(0))
    assert local.jobs_of(Resources()) == cores
    assert local.jobs_of(Resources(cpu=cores)) == 1
    assert local.jobs_of(Resources(cpu=cores + 1)) == 0
    assert (
        local.jobs_of(Resources(cpu=0.001, memory_gib=1.0))
        <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    )


def test_each_trial_has_gpus_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "_gpus", lambda: [Path("a"), Path("b"), Path("c")])
    drive(tmp_path / "s", plan("environment", resources={"gpu": 1, "cpu": 0.5}, trials=6), jobs=3)
    logs = [(tmp_path / "s" / "trials" / f"{n:05}" / "log.txt").read_text().split() for n in range(6)]
    assert {gpu for gpu, _ in logs} <= {"0", "1", "2"} and {threads for _, threads in logs} == {"1"}


def test_a_machine_without_the_resources_says_so(tmp_path):
    with pytest.raises(EdgeflowError, match="too little for one trial"):
        drive(tmp_path / "s", plan(resources={"memory_gib": 1e6}))


def test_a_trials_cpu_time_is_its_own(tmp_path):
    """Not that of the server it was forked from, whose imports took longer."""
    results = drive(tmp_path / "s", plan(trials=3))
    assert all(0 < result.cpu_seconds < 1 for result in results)
    assert json.loads((tmp_path / "s" / "plan.json").read_text())["function"] == "sweep_functions:quick"
