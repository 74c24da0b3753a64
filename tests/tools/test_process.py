"""Running programs: nothing is left behind, whatever happens."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from edgeflow.errors import MissingToolError, ToolError
from edgeflow.tools._process import Job, beside, run, run_all, tail

GRANDCHILD = (
    "import subprocess, sys, time; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); time.sleep(60)"
)


def python(code, folder, **more):
    return Job("tool", [sys.executable, "-c", code], folder, "tool.log", "pip install tool", **more)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with Path(f"/proc/{pid}/stat").open() as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


def test_output_goes_to_the_log_and_accepted_codes_come_back(tmp_path):
    job = python(
        "import sys, os; print('out', os.environ['EXTRA']); print('err', file=sys.stderr); sys.exit(3)",
        tmp_path,
        accept=(0, 3),
        env={"EXTRA": "1"},
    )
    assert run(job) == 3
    assert sorted(job.log_path.read_text().split()) == ["1", "err", "out"]


def test_failure_shows_the_last_lines_and_the_log(tmp_path):
    code = "import sys; [print('line', i) for i in range(99)]; print('\\x1b[31mred\\x1b[0m'); sys.exit(1)"
    with pytest.raises(ToolError) as caught:
        run(python(code, tmp_path))
    message = str(caught.value)
    assert "tool: exit code 1" in message and str(tmp_path / "tool.log") in message
    assert "line 98" in message and "line 80" not in message and "\x1b" not in message
    assert caught.value.exit_code == 4


def test_a_crash_names_its_signal(tmp_path):
    with pytest.raises(ToolError, match="signal 9"):
        run(python("import os; os.kill(os.getpid(), 9)", tmp_path))


def test_a_missing_program_gives_the_install_line(tmp_path):
    with pytest.raises(MissingToolError, match=r"no_such_program_here not found; pip install tool"):
        run(Job("tool", ["no_such_program_here"], tmp_path, "tool.log", "pip install tool"))


def test_a_timeout_ends_the_whole_group(tmp_path):
    with pytest.raises(ToolError, match=r"still running after 1 s"):
        run(python(GRANDCHILD, tmp_path, timeout_s=1.0))
    wait_for(lambda: not alive(int((tmp_path / "tool.log").read_text())))


def test_one_failure_ends_the_others_and_only_ours(tmp_path):
    bystander = subprocess.Popen(["sleep", "60"])
    other = Job("other", [sys.executable, "-c", GRANDCHILD], tmp_path, "other.log")
    failing = python("import time; time.sleep(1); raise SystemExit(1)", tmp_path)
    with pytest.raises(ToolError, match="tool: exit code 1"):
        run_all([other, failing], parallel=2)
    wait_for(lambda: not alive(int((tmp_path / "other.log").read_text())))
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_results_keep_the_order_of_the_jobs(tmp_path):
    jobs = [
        Job(
            "tool",
            [sys.executable, "-c", f"import time; time.sleep({0.3 - 0.1 * i}); raise SystemExit({i})"],
            tmp_path,
            f"{i}.log",
            accept=(i,),
        )
        for i in range(3)
    ]
    assert run_all(jobs, parallel=2) == [0, 1, 2]


def test_ctrl_c_ends_the_child(tmp_path):
    script = f"""
        from pathlib import Path
        from edgeflow.tools._process import Job, run
        import sys
        run(Job("tool", [sys.executable, "-c", {GRANDCHILD!r}], Path({str(tmp_path)!r}), "tool.log"))
    """
    ours = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stderr=subprocess.PIPE)
    wait_for(lambda: (tmp_path / "tool.log").exists() and (tmp_path / "tool.log").read_text().strip())
    grandchild = int((tmp_path / "tool.log").read_text())
    ours.send_signal(signal.SIGINT)
    _, errors = ours.communicate(timeout=10)
    assert b"KeyboardInterrupt" in errors
    wait_for(lambda: not alive(grandchild))


def test_work_beside_the_body_gives_its_result(tmp_path):
    late = "import time; time.sleep(1); raise SystemExit(3)"  # the body has long ended by then
    with beside(lambda: run(python(late, tmp_path, accept=(3,)))) as code:
        here = run(Job("here", [sys.executable, "-c", ""], tmp_path, "here.log"))
    assert (here, code()) == (0, 3)


def test_what_fails_beside_the_body_is_raised_where_its_result_is_wanted(tmp_path):
    with (
        pytest.raises(ToolError, match="tool: exit code 1"),
        beside(lambda: run(python("raise SystemExit(1)", tmp_path))) as code,
    ):
        code()


def test_a_body_that_fails_ends_what_runs_beside_it(tmp_path):
    def broken(log):
        wait_for(lambda: log.exists() and log.read_text().strip())
        raise RuntimeError("body")

    started = time.monotonic()
    with pytest.raises(RuntimeError, match="body"), beside(lambda: run(python(GRANDCHILD, tmp_path))):
        broken(tmp_path / "tool.log")
    assert time.monotonic() - started < 30  # the work takes 60 s
    wait_for(lambda: not alive(int((tmp_path / "tool.log").read_text())))


def test_ctrl_c_while_waiting_for_what_runs_beside_ends_it(tmp_path):
    """The body has ended well, and nextpnr still runs."""
    script = f"""
        from pathlib import Path
        from edgeflow.tools._process import Job, beside, run
        import signal, sys
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        job = Job("tool", [sys.executable, "-c", {GRANDCHILD!r}], Path({str(tmp_path)!r}), "tool.log")
        with beside(lambda: run(job)):
            pass
    """
    ours = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stderr=subprocess.PIPE)
    wait_for(lambda: (tmp_path / "tool.log").exists() and (tmp_path / "tool.log").read_text().strip())
    ours.send_signal(signal.SIGTERM)
    _, errors = ours.communicate(timeout=10)
    assert b"KeyboardInterrupt" in errors
    wait_for(lambda: not alive(int((tmp_path / "tool.log").read_text())))


def test_what_fails_beside_the_body_ends_it(tmp_path):
    def body():
        run(Job("body", [sys.executable, "-c", GRANDCHILD], tmp_path, "body.log"))

    started = time.monotonic()
    with (
        pytest.raises(ToolError, match="tool: exit code 1"),
        beside(lambda: run(python("import time; time.sleep(1); raise SystemExit(1)", tmp_path))),
    ):
        body()
    assert time.monotonic() - started < 30  # the body's job takes 60 s
    wait_for(lambda: not alive(int((tmp_path / "body.log").read_text())))


def test_what_fails_outside_ends_all_that_is_inside(tmp_path):
    def inside():
        with beside(lambda: run(Job("inner", [sys.executable, "-c", GRANDCHILD], tmp_path, "inner.log"))):
            run(Job("body", [sys.executable, "-c", GRANDCHILD], tmp_path, "body.log"))

    with (
        pytest.raises(ToolError, match="tool: exit code 1"),
        beside(lambda: run(python("import time; time.sleep(2); raise SystemExit(1)", tmp_path))),
    ):
        inside()
    for log in ("inner.log", "body.log"):
        wait_for(lambda log=log: not alive(int((tmp_path / log).read_text())))


def test_work_after_a_failure_beside_it_is_wanted_again(tmp_path):
    with pytest.raises(ToolError), beside(lambda: run(python("raise SystemExit(1)", tmp_path))) as code:
        code()
    assert run(python("", tmp_path)) == 0


def test_tail_cannot_move_the_cursor():
    assert tail("a\bb\x07\x1b]0;t\n") == "a?b??]0;t"
