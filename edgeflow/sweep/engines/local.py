"""Trials on this machine: one process each, forked from a server that has imported the frameworks once.

A trial is ended at its limits with all that it started; what it leaves to say is why.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from edgeflow.errors import EdgeflowError
from edgeflow.sweep._child import ENVIRONMENT, REASON
from edgeflow.sweep._task import Task
from edgeflow.sweep._tree import end_all, resident_bytes
from edgeflow.sweep.engines._engine import Ended, Options
from edgeflow.sweep.plan import Plan, Resources

WATCH_S = 0.5  # between two looks at limits
GIB = 2**30
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class Running:
    task: Task
    pid: int | None = None
    since: float = 0.0
    cause: str | None = None  # why we ended it
    gpus: tuple[int, ...] = ()


class Local:
    def __init__(self, plan: Plan, jobs: int):
        self.plan, self.jobs = plan, jobs
        self.running: dict[int, Running] = {}
        self.watched = 0.0
        self._open()

    def _open(self) -> None:
        # A session of its own: Ctrl-C in the terminal reaches only us.
        self.server = subprocess.Popen(
            [sys.executable, "-m", "edgeflow.sweep._server", *self.plan.preload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | self._threads(),
            start_new_session=True,
        )
        self.rest, self.ready = b"", False

    def _threads(self) -> dict[str, str]:
        return dict.fromkeys(THREADS, str(max(1, int(self.plan.sweep.resources.cpu))))

    def room(self, running: int) -> bool:
        return running < self.jobs

    def start(self, task: Task) -> None:
        gpus = self._free_gpus()
        names = {"CUDA_VISIBLE_DEVICES": ",".join(map(str, gpus))} if gpus else {}
        task = replace(task, environment=task.environment | names)
        self.running[task.number] = Running(task, gpus=gpus)
        assert self.server.stdin
        with suppress(BrokenPipeError):  # poll sees that the server is gone
            self.server.stdin.write(task.to_json().encode() + b"\n")
            self.server.stdin.flush()

    def poll(self, seconds: float) -> list[Ended]:
        assert self.server.stdout
        ready, _, _ = select.select([self.server.stdout], [], [], seconds)
        ended = list(self._answers()) if ready else []
        if time.monotonic() - self.watched > WATCH_S:
            self.watched = time.monotonic()
            for running in self.running.values():
                self._hold_to_limits(running)
        return ended

    def _answers(self) -> Iterator[Ended]:
        assert self.server.stdout
        if not (more := os.read(self.server.stdout.fileno(), 65536)):
            yield from self._server_died()
            return
        *lines, self.rest = (self.rest + more).split(b"\n")
        for line in lines:
            match json.loads(line):
                case {"broken": reason}:
                    raise EdgeflowError(f"sweep: {reason}")
                case {"ready": _}:
                    self.ready = True
                case {"started": number, "pid": pid}:
                    self.running[number].pid, self.running[number].since = pid, time.monotonic()
                case {"ended": number, "status": status}:
                    running = self.running.pop(number)
                    yield Ended(number, running.cause or _cause(status, running.task.folder))

    def _server_died(self) -> Iterator[Ended]:
        """Its trials died with it; a new one takes over. Raises EdgeflowError if it never came up."""
        if not self.ready:
            raise EdgeflowError(f"sweep: the fork server dies while it imports {', '.join(self.plan.preload)}")
        lost, self.running = list(self.running), {}
        self.server.wait()
        self._open()
        yield from (Ended(number, lost=True) for number in lost)

    def _hold_to_limits(self, running: Running) -> None:
        if running.pid is None or running.cause:
            return
        limits, seconds = running.task.limits, time.monotonic() - running.since
        held = resident_bytes(running.pid) / GIB
        if seconds > limits.seconds:
            running.cause = f"still running after {seconds:.0f} s; the limit is limits.seconds = {limits.seconds:g}"
        elif held > limits.memory_gib:
            running.cause = f"held {held:.1f} GiB of memory; the limit is limits.memory_gib = {limits.memory_gib:g}"
        if running.cause:
            end_all([running.pid])

    def _free_gpus(self) -> tuple[int, ...]:
        taken = {gpu for running in self.running.values() for gpu in running.gpus}
        free = [gpu for gpu in range(len(_gpus())) if gpu not in taken]
        return tuple(free[: self.plan.sweep.resources.gpu])

    def close(self) -> None:
        end_all([self.server.pid])
        self.server.wait()
        for pipe in (self.server.stdin, self.server.stdout):
            with suppress(BrokenPipeError):
                pipe.close() if pipe else None


def open_engine(plan: Plan, options: Options) -> Local:
    jobs = jobs_of(plan.sweep.resources)
    if not jobs:
        raise EdgeflowError(f"sweep: this machine has too little for one trial with {plan.sweep.resources}")
    return Local(plan, min(jobs, options.jobs or jobs))


def jobs_of(resources: Resources) -> int:
    """How many trials this machine has room for."""
    rooms = [len(os.sched_getaffinity(0)) / resources.cpu]
    if resources.memory_gib:
        rooms.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB / resources.memory_gib)
    if resources.gpu:
        rooms.append(len(_gpus()) / resources.gpu)
    return int(min(rooms))


def _gpus() -> list[Path]:
    return list(Path("/proc/driver/nvidia/gpus").glob("*"))


def _cause(status: int, folder: Path) -> str | None:
    """Why a process ended without a result, by its wait status. Raises EdgeflowError if no trial can go on here."""
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return f"ended by {name}" + (", as the kernel does when memory runs out" if name == "SIGKILL" else "")
    if (code := os.WEXITSTATUS(status)) == ENVIRONMENT and folder.exists():  # else it is another worker's now
        reason = folder / REASON
        told = reason.read_text() if reason.is_file() else ""
        raise EdgeflowError(f"sweep: {told or f'{folder}: cannot be written; is the disk full?'}")
    return f"its process ended with exit code {code}" if code else None
