"""Optuna's journal is an index: whatever happens to it, it is written anew from the results."""

import os
import time

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from sweeps import drive, failed, plan, publish, result

from edgeflow.sweep import index
from edgeflow.sweep.folder import Folder

RESULTS = [result(0, 0.9, 100), failed(1, "on purpose"), result(2, 0.8, 50)]


@pytest.fixture
def folder(tmp_path):
    folder = Folder.create(tmp_path / "s", plan())
    publish(folder, RESULTS)
    index.update(folder, folder.plan().sweep)
    return folder


def told(folder):
    """What Optuna reads, by its own means."""
    storage = JournalStorage(JournalFileBackend(str(folder.root / index.FILE)))
    trials = optuna.load_study(study_name="toy", storage=storage).trials
    return [(trial.user_attrs["trial"], trial.state, trial.values) for trial in trials]


WANTED = [(0, TrialState.COMPLETE, [0.9, 100.0]), (1, TrialState.FAIL, None), (2, TrialState.COMPLETE, [0.8, 50.0])]


def test_optuna_reads_it(folder):
    assert told(folder) == WANTED


def test_it_grows_by_what_is_new(folder):
    before = (folder.root / index.FILE).read_bytes()
    publish(folder, [result(3, 0.95, 200)])
    index.update(folder, folder.plan().sweep)
    assert told(folder) == [*WANTED, (3, TrialState.COMPLETE, [0.95, 200.0])]
    assert (folder.root / index.FILE).read_bytes().startswith(before)


def delete(path):
    path.unlink()


def tear(path):
    os.truncate(path, path.stat().st_size - 7)


def tear_in_the_middle(path):
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:1], lines[1][:20], b"\n", *lines[2:]]))


def fill_with_noise(path):
    path.write_bytes(os.urandom(500))


def count_one_twice(path):
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[-1])


def empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("break_it", [delete, tear, tear_in_the_middle, fill_with_noise, count_one_twice, empty])
def test_a_broken_one_is_written_anew(folder, break_it):
    break_it(folder.root / index.FILE)
    index.update(folder, folder.plan().sweep)
    assert told(folder) == WANTED


def test_a_stale_lock_holds_nobody_up(folder):
    """Neither Optuna's, a link that a killed process leaves, nor a file where ours would be."""
    path = folder.root / index.FILE
    (folder.root / f"{index.FILE}.lock").symlink_to(path)
    (folder.root / f".{index.FILE}").touch()
    publish(folder, [result(3, 0.95, 200)])
    started = time.monotonic()
    index.update(folder, folder.plan().sweep)
    assert time.monotonic() - started < 5
    (folder.root / f"{index.FILE}.lock").unlink()
    assert len(told(folder)) == 4


def test_a_sweep_keeps_it(tmp_path):
    drive(tmp_path / "s", plan(trials=5))
    assert [number for number, _, _ in told(Folder(tmp_path / "s"))] == [0, 1, 2, 3, 4]
