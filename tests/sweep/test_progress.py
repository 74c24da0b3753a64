"""What a person sees while a sweep runs, and that the time left is no more certain than it is."""

import re

import pytest
from sweeps import failed, plan, publish, result

from edgeflow.sweep import display, progress
from edgeflow.sweep.folder import Folder


@pytest.fixture
def folder(tmp_path):
    folder = Folder.create(tmp_path / "s", plan())
    publish(folder, [result(0, 0.9, 100), failed(1, "out of\nluck")])
    attempt = folder.claim(8)
    folder.describe(attempt, {"student.hidden.0.weight_bits": 3})
    (attempt.folder / "log.txt").write_text("first\nepoch 3 of 9\n")
    return folder


def times(*seconds):
    return [type(one)(**vars(one) | {"seconds": took}) for took in seconds for one in [result(0, 0.9, 1)]]


def test_equal_trials_make_a_sure_guess():
    assert progress.time_left(times(10, 10, 10, 10), trials=12, at_once=2) == "about 60 s left"


def test_unequal_trials_make_a_range():
    low, high = re.fullmatch(r"(\d+) s to (\d+) min left", progress.time_left(times(1, 10, 30), 12, 2)).groups()
    assert int(low) < 82 < 60 * int(high)


def test_nothing_is_known_from_nothing():
    assert "not known yet" in progress.time_left(times(10), 12, 2)
    assert progress.time_left(times(10), 0, 2) == "nothing left"


def test_it_is_read_off_the_folder(folder):
    now = progress.look(folder, folder.plan().sweep)
    assert (now.total, now.done, now.failed, len(now.running)) == (8, 2, 1, 1)
    assert now.line.startswith("2 of 8 trials, 1 failed, 1 running; ")
    number, _, point, doing = progress.state_of(folder, now.running[0])
    assert (number, point, doing) == ("2", "weight_bits=3", "epoch 3 of 9")


def test_without_a_terminal_a_line_for_each_trial(folder, capsys):
    with display.watching(folder, folder.plan().sweep) as watch:
        watch()
        publish(folder, [result(3, 0.95, 80), failed(4, "no luck\nat all")])
        watch()
    said = capsys.readouterr().err
    assert "trial 3: accuracy 0.95, weight_bits 80" in said
    assert "trial 4 failed: no luck\n" in said
    assert "trial 0" not in said, "finished before we came"


def test_on_a_terminal_a_live_table(folder, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with display.watching(folder, folder.plan().sweep) as watch:
        watch()
        watch()
    said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)
    assert "2 of 8 trials" in said and "epoch 3 of 9" in said and "front" in said
