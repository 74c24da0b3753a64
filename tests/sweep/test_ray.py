"""The Ray engine, on a Ray of this machine: the same trials, the same causes; and Ray killed under it."""

import os
import signal
from pathlib import Path

import pytest
from sweeps import drive, driver, plan, wait_for

from edgeflow.sweep._tree import tree

pytest.importorskip("ray")

TRIALS = 12


def test_the_same_trials_as_here(tmp_path):
    there = drive(tmp_path / "ray", plan("ending_badly", limits={"seconds": 6.0, "memory_gib": 0.5}), engine="ray")
    here = drive(tmp_path / "local", plan(), engine="local")
    assert [one.number for one in there] == list(range(8))
    assert [one.point for one in there] == [one.point for one in here]
    assert there[7].figures == here[7].figures
    causes = [one.failure for one in there[:7]]
    for cause, part in zip(
        causes,
        ["SIGSEGV", "limits.seconds", "limits.memory_gib", "on purpose", "before it had", "nan", "SystemExit"],
        strict=True,
    ):
        assert part in cause
    home = tmp_path / "ray" / "trials" / "00003"
    assert "on purpose" in (home / "log.txt").read_text() and "units:" in (home / "recipe.yaml").read_text()


@pytest.mark.parametrize("victim", ["worker", "raylet"])
def test_ray_is_killed_and_the_sweep_goes_on(tmp_path, monkeypatch, victim):
    root, marks = tmp_path / "s", tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setenv("SWEEP_MARKS", str(marks))
    process = driver(root, "counted", TRIALS, "ray")
    wait_for(lambda: len(list(root.glob("trials/*"))) >= 2)
    before = {path: path.stat().st_mtime_ns for path in root.glob("trials/*/result.json")}
    for pid in tree(process.pid):
        if name_of(pid, victim):
            os.kill(pid, signal.SIGKILL)
    said = process.communicate(timeout=300)[1].decode()
    assert (process.returncode == 0) == (victim == "worker"), said  # a new worker comes; without Ray the driver ends
    results = drive(root, plan("counted", trials=TRIALS))  # with another engine, which is no matter
    assert [one.number for one in results] == list(range(TRIALS))
    assert [one.failure for one in results] == [None] * TRIALS
    assert {path: path.stat().st_mtime_ns for path in before} == before


def name_of(pid: int, victim: str) -> bool:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return line.startswith(b"ray::_trial") if victim == "worker" else b"raylet/raylet" in line.split(b"\0")[0]
