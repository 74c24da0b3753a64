"""Kill -9 of everything: afterwards the sweep goes on, no finished trial runs again, none counts twice."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from sweeps import drive, driver, plan, running_pids, wait_for

from edgeflow.sweep._tree import tree

TRIALS = 16


def finished(root: Path) -> int:
    return len(list(root.glob("trials/*")))


def runs(marks: Path) -> dict[int, int]:
    return {int(mark.name): len(mark.read_text().splitlines()) for mark in marks.iterdir()}


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}/stat").exists()]


def test_ten_kills_of_the_driver(tmp_path):
    """At random moments of a seeded generator; a trial that was over when its driver died is not run again."""
    root, marks, moments = tmp_path / "s", tmp_path / "marks", random.Random(1)
    marks.mkdir()
    published: dict[str, int] = {}
    for kill in range(10):
        process = driver(root, "counted", TRIALS, SWEEP_MARKS=str(marks))
        wait_for(lambda kill=kill: finished(root) >= min(kill, TRIALS - 1) and running_pids(root))
        time.sleep(moments.uniform(0, 0.3))
        process.kill()
        process.wait()
        now = {path.parent.name: path.stat().st_mtime_ns for path in root.glob("trials/*/result.json")}
        assert published.items() <= now.items(), "a finished trial is never touched again"
        published = now
    last = driver(root, "counted", TRIALS, SWEEP_MARKS=str(marks))
    assert last.wait(300) == 0, last.stderr.read()
    results = drive(root, plan("counted", trials=TRIALS))
    assert [result.number for result in results] == list(range(TRIALS))
    assert all(result.failure is None for result in results)
    assert set(runs(marks)) == set(range(TRIALS))
    assert list((root / "attempts").iterdir()) == [], "nothing is left of what was killed"


def test_a_killed_drivers_trials_end_with_it(tmp_path):
    process = driver(tmp_path / "s", "slow", 4)
    wait_for(lambda: len(list((tmp_path / "s").glob("attempts/*/log.txt"))) == 2)
    family = [pid for pid in tree(process.pid) if pid != process.pid]
    assert len(family) == 3  # the server and two trials
    process.kill()
    process.wait()
    wait_for(lambda: not alive(family))


def test_a_killed_fork_server_takes_its_trials_along_and_they_run_again(tmp_path):
    root, marks = tmp_path / "s", tmp_path / "marks"
    marks.mkdir()
    process = driver(root, "counted", TRIALS, SWEEP_MARKS=str(marks))
    wait_for(lambda: finished(root) >= 3)
    server = next(
        pid for pid in tree(process.pid) if b"edgeflow.sweep._server" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    os.kill(server, signal.SIGKILL)
    assert process.wait(300) == 0, process.stderr.read()
    assert finished(root) == TRIALS
    assert set(runs(marks)) == set(range(TRIALS)) and sum(runs(marks).values()) <= TRIALS + 2


def test_workers_share_a_sweep_and_outlive_each_other(tmp_path):
    """Two workers on one folder; one is killed, the other finishes its trials too, and each counts once."""
    root, marks = tmp_path / "s", tmp_path / "marks"
    marks.mkdir()
    first, second = (driver(root, "counted", TRIALS, SWEEP_MARKS=str(marks)) for _ in range(2))
    wait_for(lambda: len(running_pids(root)) == 2 and finished(root) >= 4)
    first.kill()
    first.wait()
    assert second.wait(300) == 0, second.stderr.read()
    results = drive(root, plan("counted", trials=TRIALS))
    assert [result.number for result in results] == list(range(TRIALS))
    in_flight = 2  # of the killed worker, at most
    assert sum(runs(marks).values()) <= TRIALS + in_flight


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_driver_gives_its_claims_back(tmp_path, how):
    process = driver(tmp_path / "s", "slow", 4)
    wait_for(lambda: len(list((tmp_path / "s").glob("attempts/*/log.txt"))) == 2)
    process.send_signal(how)
    process.wait(100)
    assert process.returncode != 0
    if how == signal.SIGINT:
        assert list((tmp_path / "s" / "attempts").iterdir()) == []
