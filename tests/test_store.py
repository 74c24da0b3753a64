"""The store trusts whole results only: killed, failed and concurrent builders included."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from edgeflow.store import Store, alone, code_digest, digest, file_digest, seconds


def write(text):
    return lambda folder: (folder / "result").write_text(text) and None


def never(folder):
    raise AssertionError("built again")


def test_a_stored_stage_is_not_built_again(tmp_path):
    store = Store(tmp_path)
    assert not store.has("stage", {"a": 1})
    folder = store.stage("stage", {"a": 1}, write("x"))
    assert store.has("stage", {"a": 1})
    assert store.stage("stage", {"a": 1}, never) == folder
    assert (folder / "result").read_text() == "x"
    assert 0 <= seconds(folder) < 5


@pytest.mark.parametrize("other", [{"a": 2}, {"b": 1}, {"a": 1, "b": None}, {"a": "1"}, {"a": [1]}, {"a": 1.5}, []])
def test_other_content_is_another_result(tmp_path, other):
    store = Store(tmp_path)
    assert store.stage("stage", {"a": 1}, write("x")) != store.stage("stage", other, write("y"))
    assert store.stage("stage", {"a": 1}, never) != store.stage("other", {"a": 1}, write("z"))


def test_key_order_does_not_matter_but_list_order_does():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest([1, 2]) != digest([2, 1])


class Word(StrEnum):
    YES = "yes"


def test_paths_and_words_may_be_content():
    assert digest({"at": Path("/a")}) != digest({"at": Path("/b")})
    assert digest(Word.YES) == digest("yes")


@pytest.mark.parametrize("content", [np.arange(5), np.int64(3), {1, 2}, object(), b"x", lambda: 0])
def test_content_without_one_spelling_is_refused(content):
    """An array's text leaves its middle out and an object's holds its address: neither may name a result."""
    with pytest.raises(TypeError, match="store: "):
        digest({"content": content})


def test_files_are_told_apart_by_name_and_bytes(tmp_path):
    def folder(name, files):
        for file, text in files.items():
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).write_text(text)
        return file_digest(tmp_path / name)

    digests = [
        folder("one", {"a": "x", "b": "y"}),
        folder("two", {"a": "y", "b": "x"}),
        folder("three", {"a": "xb", "c": "y"}),
        folder("four", {"a": "x", "d/b": "y"}),
        folder("five", {"ab": "xy"}),
    ]
    assert len(set(digests)) == 5
    assert folder("again", {"b": "y", "a": "x"}) == digests[0]


def test_our_own_code_is_content():
    assert code_digest("store.py") != code_digest("fixedpoint.py")
    assert code_digest("kernels") == code_digest("kernels")


def test_a_failed_build_leaves_nothing(tmp_path):
    def fails(folder):
        (folder / "result").write_text("half")
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        Store(tmp_path).stage("stage", 1, fails)
    assert list((tmp_path / "stage").iterdir()) == []
    assert Store(tmp_path).stage("stage", 1, write("whole")).is_dir()


CHILD = """
import sys, time
from pathlib import Path
from edgeflow.store import Store

def build(folder):
    (folder / "result").write_text("half")
    Path(sys.argv[2]).touch()
    time.sleep(60)

Store(Path(sys.argv[1])).stage("stage", 1, build)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_builder_leaves_nothing_that_is_trusted(tmp_path, end):
    started, root = tmp_path / "started", tmp_path / "store"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(root), str(started)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not started.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(child.pid, end)
    child.wait()
    assert started.exists()
    assert not Store(root).has("stage", 1)
    folder = Store(root).stage("stage", 1, write("whole"))
    assert (folder / "result").read_text() == "whole"


def test_builders_of_the_same_result_agree_on_one_folder(tmp_path):
    """All start before the first ends; the first to publish wins and the others use its result."""

    def build(number):
        def slowly(folder):
            (folder / "result").write_text(str(number))
            time.sleep(0.2)

        return Store(tmp_path).stage("stage", 1, slowly)

    with ThreadPoolExecutor(4) as pool:
        folders = list(pool.map(build, range(4)))
    assert len(set(folders)) == 1
    assert (folders[0] / "result").read_text() in "0123"
    assert [p.name for p in (tmp_path / "stage").iterdir()] == [folders[0].name]


def test_two_processes_publish_the_same_result(tmp_path):
    child = CHILD.replace("time.sleep(60)", "time.sleep(0.5)")
    argv = [sys.executable, "-c", child, str(tmp_path / "store"), str(tmp_path / "started")]
    children = [subprocess.Popen(argv) for _ in range(2)]
    assert [child.wait() for child in children] == [0, 0]
    assert len(list((tmp_path / "store" / "stage").iterdir())) == 1
    assert Store(tmp_path / "store").has("stage", 1)


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        Store(tmp_path / "file").stage("stage", 1, write("x"))


def test_the_default_store_is_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STORE", str(tmp_path / "here"))
    assert Store.default().root == tmp_path / "here"
    monkeypatch.setenv("EDGEFLOW_STORE", "")
    assert Store.default().root == Path.home() / ".cache" / "edgeflow"


def test_the_usual_time_is_the_median_of_what_was_stored(tmp_path):
    store = Store(tmp_path)
    assert store.usual_seconds("slow") is None
    for i, took in enumerate((1.0, 5.0, 2.0)):
        (store.stage("slow", i, lambda folder: None) / ".seconds").write_text(str(took))
    assert store.usual_seconds("slow") == 2.0


def test_who_wants_what_another_builds_waits_for_it(tmp_path):
    """Eight at once, in threads and in two processes: one build."""
    child = CHILD.replace("time.sleep(60)", "time.sleep(1)").replace("Path(sys.argv[2]).touch()", "print('built')")
    argv = [sys.executable, "-c", child, str(tmp_path / "store"), ""]
    children = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [child.communicate()[0] for child in children]
    assert sorted(said) == ["", "built\n"]
    built = []

    def build(folder):
        built.append(folder)
        time.sleep(0.2)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: Store(tmp_path).stage("stage", 1, build), range(8)))
    assert len(built) == 1
    assert [path.name[0] for path in (tmp_path / "stage").iterdir() if path.name[0] == "."] == [], "no lock is left"


def test_a_killed_builder_holds_nobody_up(tmp_path):
    """Its lock file stays, its lock does not."""
    started = tmp_path / "started"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path / "store"), str(started)])
    while not started.exists():
        time.sleep(0.02)
    child.kill()
    child.wait()
    assert list((tmp_path / "store" / "stage").glob(".lock-*")) != []
    before = time.monotonic()
    assert Store(tmp_path / "store").stage("stage", 1, write("whole")).is_dir()
    assert time.monotonic() - before < 5


def test_a_failed_build_lets_the_next_one_try(tmp_path):
    def fails(folder):
        time.sleep(0.1)
        raise ValueError("on purpose")

    def tried(build):
        try:
            return Store(tmp_path).stage("stage", 1, build)
        except ValueError:
            return None

    with ThreadPoolExecutor(4) as pool:
        folders = list(pool.map(tried, [fails, fails, fails, write("whole")]))
    assert folders[3] is not None and (folders[3] / "result").read_text() == "whole"


def test_a_file_system_without_locks_is_no_obstacle(tmp_path, monkeypatch):
    def no_locks(file, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    assert (Store(tmp_path).stage("stage", 1, write("x")) / "result").read_text() == "x"


def test_only_one_is_alone_however_many_come_and_go(tmp_path):
    """Each removes the file that the others wait for, and who comes then makes a new one."""
    inside, most = [], []

    def visit(number):
        with alone(tmp_path / "lock"):
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.005)
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visit, range(60)))
    assert set(most) == {1} and not (tmp_path / "lock").exists()


def test_who_wants_the_same_ones_shares_the_work(tmp_path):
    """Two at once, six results: each is built once, and both build some."""
    built = []

    def ask(who):
        def build(number, folder):
            built.append((number, who))
            time.sleep(0.1)

        return Store(tmp_path).stages("stage", [(number, partial(build, number)) for number in range(6)])

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(ask, "ab")
    assert one == other and all(folder.is_dir() for folder in one)
    assert sorted(number for number, _ in built) == list(range(6))
    assert {who for _, who in built} == {"a", "b"}


def test_who_does_not_wait_is_told_at_once(tmp_path):
    with alone(tmp_path / "lock") as first, alone(tmp_path / "lock", wait=False) as second:
        assert first and not second
    with alone(tmp_path / "lock", wait=False) as again:
        assert again
    assert not (tmp_path / "lock").exists()
