"""Run external programs: argv only, no shell, one log file each; nothing is left running afterwards.

Each file beside this one is one program. It exposes ``NAME``, ``INSTALL``, ``version()``, ``command(...)``,
``parse(...)`` and ``run(...)``; only ``run`` touches the world.
"""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from edgeflow.errors import InputError, MissingToolError, ToolError

Value = TypeVar("Value")

POLL_S = 0.02
GRACE_S = 2.0  # between asking a child to end and ending it
TAIL_LINES = 15

# Any of them set: nobody waits for what this thread does any more, and its jobs end.
_UNWANTED: ContextVar[tuple[threading.Event, ...]] = ContextVar("unwanted", default=())


class UnwantedError(Exception):
    """Never seen outside: ends what runs beside a failure."""


@dataclass(frozen=True)
class Job:
    """One run of one program in ``folder``; stdout and stderr go to ``folder / log``."""

    name: str
    argv: Sequence[str]
    folder: Path
    log: str
    install: str = ""  # the line that installs the program, for when argv[0] is not there
    timeout_s: float | None = None
    accept: tuple[int, ...] = (0,)  # exit codes that are results
    env: Mapping[str, str] = field(default_factory=dict)  # on top of our own environment

    @property
    def log_path(self) -> Path:
        return self.folder / self.log


def run(job: Job) -> int:
    """Run one job to its end and return its exit code. Raises ToolError or MissingToolError."""
    return run_all([job], parallel=1)[0]


def run_all(jobs: Sequence[Job], parallel: int) -> list[int]:
    """Exit codes of all jobs, at most ``parallel`` at a time.

    The first failure, Ctrl-C or any other exception ends every child that was started here, with its process group.
    """
    waiting, codes = list(enumerate(jobs)), [0] * len(jobs)
    running: dict[int, tuple[subprocess.Popen[bytes], float]] = {}
    try:
        while waiting or running:
            if any(unwanted.is_set() for unwanted in _UNWANTED.get()):
                raise UnwantedError
            while waiting and len(running) < parallel:
                index, job = waiting.pop(0)
                running[index] = (_start(job), time.monotonic())
            for index, (child, started) in list(running.items()):
                if _finished(jobs[index], child, started):
                    codes[index] = child.returncode
                    del running[index]
            time.sleep(POLL_S)
    finally:
        _end([child for child, _ in running.values()])
    return codes


@contextmanager
def beside(work: Callable[[], Value]) -> Iterator[Callable[[], Value]]:
    """Do ``work``, whose time goes into jobs, in a thread of its own while the body runs; the value waits for its
    result, or raises what it raised.

    The first that fails ends the other's jobs, so that nobody waits minutes for bad news: a body that raises, by Ctrl-C
    for one, ends the work; work that raises ends the body at its next job, and what it raised is what is seen. A body
    that ends well waits for the work, so the value may be asked for afterwards.
    """
    outer, work_unwanted, body_unwanted = _UNWANTED.get(), threading.Event(), threading.Event()
    for_work = copy_context()
    for_work.run(_UNWANTED.set, (*outer, work_unwanted))
    token = _UNWANTED.set((*outer, body_unwanted))
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(for_work.run, _or_tell(work, body_unwanted))
        try:
            yield future.result
            wait([future])  # here and not at the pool's end, where Ctrl-C could no longer end the work
        except BaseException as error:
            work_unwanted.set()
            if isinstance(error, UnwantedError) and body_unwanted.is_set():
                future.result()  # raises: it is why the body ended
            raise
        finally:
            _UNWANTED.reset(token)


def _or_tell(work: Callable[[], Value], failed: threading.Event) -> Callable[[], Value]:
    """The work, which says so if it fails."""

    def told() -> Value:
        try:
            return work()
        except BaseException:
            failed.set()
            raise

    return told


def tail(text: str, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, without the control characters that would move the reader's cursor."""
    return "\n".join(re.sub(r"[^\t -~\u00a0-\uffff]", "?", line) for line in text.splitlines()[-lines:])


def distribution_version(distribution: str) -> str | None:
    """The installed version of a pip distribution without importing it; None if it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def need(name: str, version: str | None, install: str) -> str:
    """The version, or MissingToolError with the install line."""
    if version is None:
        raise MissingToolError(f"{name}: not installed; {install}")
    return version


def checked_name(kind: str, name: str) -> str:
    """A module or file stem that is safe in a script. Raises InputError otherwise."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError(f"{kind} {name!r} is not a-z, 0-9 and _ with a letter first; rename it")
    return name


def _start(job: Job) -> subprocess.Popen[bytes]:
    try:
        with job.log_path.open("wb") as log:
            # A session of its own: Ctrl-C in the terminal reaches only us, and we end the whole group.
            return subprocess.Popen(
                list(job.argv),
                cwd=job.folder,
                env={**os.environ, **job.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except FileNotFoundError as error:
        if error.filename != job.argv[0]:
            raise
        raise MissingToolError(f"{job.name}: {job.argv[0]} not found; {job.install}") from None


def _finished(job: Job, child: subprocess.Popen[bytes], started: float) -> bool:
    if child.poll() is None:
        if job.timeout_s is not None and time.monotonic() - started > job.timeout_s:
            raise _failure(job, f"still running after {job.timeout_s:g} s, ended")
        return False
    if child.returncode not in job.accept:
        ended = f"exit code {child.returncode}" if child.returncode >= 0 else f"signal {-child.returncode}"
        raise _failure(job, ended)
    return True


def _failure(job: Job, why: str) -> ToolError:
    last = tail(job.log_path.read_text(errors="replace"))
    return ToolError(f"{job.name}: {why}; log: {job.log_path}\n{last}")


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
        _signal(child, signal.SIGKILL)
        child.wait()


def _signal(child: subprocess.Popen[bytes], number: int) -> None:
    """Signal the child's own process group; it is gone when the child has been waited for and left no one."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)
