"""Who works on which trial: one claim a trial, dead ones taken over, results published once."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sweeps import failed, plan, publish, result

from edgeflow.errors import InputError
from edgeflow.sweep import _owner
from edgeflow.sweep import folder as folders
from edgeflow.sweep.folder import Folder
from edgeflow.sweep.result import Result


@pytest.fixture
def folder(tmp_path):
    return Folder.create(tmp_path / "sweep", plan())


def test_each_trial_is_claimed_once_by_many_at_once(folder):
    with ThreadPoolExecutor(8) as pool:
        claims = [claim for claim in pool.map(lambda _: folder.claim(30), range(60)) if claim]
    missed = []
    while (late := folder.claim(30)) is not None:  # whoever lost a race was told None and asks again
        missed.append(late)
    assert sorted(claim.number for claim in claims + missed) == list(range(30))


def test_a_finished_trial_is_not_claimed(folder):
    publish(folder, [result(0, 0.9, 100), failed(1, "on purpose")])
    assert folder.claim(8).number == 2


def test_a_trial_that_finishes_between_the_look_and_the_claim_is_not_claimed(folder, monkeypatch):
    publish(folder, [result(0, 0.9, 100)])
    monkeypatch.setattr(folder, "finished", set)  # what was seen is old
    assert folder.claim(1) is None
    assert list(folder.attempts.iterdir()) == []


def test_a_dead_owners_trial_is_taken_over_at_once_and_by_one(folder):
    code = f"from edgeflow.sweep.folder import Folder, Path; Folder(Path({str(folder.root)!r})).claim(1)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert [path.name for path in folder.attempts.iterdir()] == ["00000.0"]
    with ThreadPoolExecutor(8) as pool:
        claims = [claim for claim in pool.map(lambda _: folder.claim(1), range(8)) if claim]
    assert [(claim.number, claim.generation) for claim in claims] == [(0, 1)]


def test_a_claim_of_another_machine_lives_as_long_as_it_is_touched(folder, monkeypatch):
    """Its processes cannot be seen from here: only the lease tells."""
    folder.lease_s = 0.3
    monkeypatch.setattr(_owner, "_machine", lambda: "elsewhere")
    claimed = folder.claim(1)
    monkeypatch.undo()
    for _ in range(4):
        time.sleep(0.15)
        folder.touch(claimed)
        assert folder.claim(1) is None
    time.sleep(0.4)
    taken = folder.claim(1)
    assert (taken.number, taken.generation) == (0, 1)


def test_the_first_result_counts_when_a_lost_claim_comes_back(folder):
    slow = folder.claim(1)
    fast = folder._make(0, 1)
    for attempt, accuracy in ((fast, 0.9), (slow, 0.1)):
        attempt.folder.mkdir(exist_ok=True)
        result(0, accuracy, 100).save(attempt.folder)
        folders.publish(attempt.folder, folder.home(0))
    assert [found.figures["accuracy"] for found in folder.results()] == [0.9]


def test_a_process_of_the_same_number_is_not_the_owner(folder):
    me = _owner.identity()
    assert _owner.started_at(me["pid"]) == me["started"]
    assert _owner.started_at(1) != me["started"]


def test_a_zombie_is_dead():
    child = subprocess.Popen(["true"])
    time.sleep(0.3)
    assert _owner.started_at(child.pid) is None
    child.wait()


def test_released_trials_are_free_again(folder):
    folder.release(folder.claim(1))
    assert folder.claim(1).number == 0


def test_a_folder_holds_one_sweep(folder):
    Folder.create(folder.root, plan(trials=99, limits={"seconds": 5.0}))  # more of the same
    assert folder.plan().sweep.trials == 99
    with pytest.raises(InputError, match="another objectives, seed; choose another --out"):
        Folder.create(folder.root, plan(seed=7, objectives=["accuracy"]))
    with pytest.raises(InputError, match="another recipe"):
        Folder.create(folder.root, replace(plan(), recipe="name: other"))
    assert folder.plan().sweep.trials == 99


def test_finished_trials_are_not_asked_for_what_they_did_not_find(folder):
    publish(folder, [result(0, 0.9, 100), failed(1, "no")])
    Folder.create(folder.root, plan(constraints={"weight_bits": {"at_most": 99.0}}))
    for change in ({"constraints": {"routed.luts": {"at_most": 99.0}}}, {"fits": "ulx3s"}):
        with pytest.raises(InputError, match=r"finished trials have no .*\.luts.*; leave that out"):
            Folder.create(folder.root, plan(**change))
    assert folder.plan().sweep.fits is None


def test_a_plan_comes_back_as_it_was(folder):
    wanted = plan(constraints={"accuracy": {"at_least": 0.9}}, fits="ulx3s", trackers=["tensorboard"])
    assert type(wanted).from_json(wanted.to_json()) == wanted


def test_a_result_comes_back_as_it_was(tmp_path):
    wanted = result(3, 0.912345678901, 100, notes={"a": 1})
    wanted.save(tmp_path)
    assert Result.load(tmp_path) == wanted


def test_a_broken_result_names_its_folder(folder):
    publish(folder, [result(0, 0.9, 100)])
    os.truncate(folder.home(0) / "result.json", 20)
    with pytest.raises(InputError, match=r"remove .*00000 to have the trial run again"):
        folder.results()


def test_no_sweep_is_there(tmp_path):
    with pytest.raises(InputError, match="no sweep is here"):
        Folder.open(tmp_path)
