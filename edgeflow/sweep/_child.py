"""What the process of one trial does: run the function, write ``result.json``, publish it."""

import errno
import math
import os
import resource
import socket
import sys
import time
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from edgeflow.errors import EdgeflowError, MissingToolError
from edgeflow.sweep._edit import edited
from edgeflow.sweep._task import LOG, Figures, Task
from edgeflow.sweep.folder import publish
from edgeflow.sweep.result import Result

DONE, ENVIRONMENT = 0, 75  # exit codes; 75: not the trial's fault, and so no result of it
FULL = (errno.ENOSPC, errno.EDQUOT)
REASON = "stopped.txt"  # why a trial ended with ENVIRONMENT


def attempt(task: Task) -> int:
    """Run one trial to its published result; the exit code."""
    started, clock = time.time(), time.monotonic()
    try:
        redirect(task.folder / LOG)
        figures, failure = figures_of(task)
        seconds, cpu = time.monotonic() - clock, cpu_seconds()
        host = socket.gethostname()
        result = Result(task.number, task.point, figures, failure, started, seconds, cpu, host, dict(task.notes))
        result.save(task.folder)
        publish(task.folder, task.home)
    except (OSError, MissingToolError) as error:
        return blame(task.folder, str(error))
    return DONE


def figures_of(task: Task) -> tuple[Figures, str | None]:
    """What the function gives, or why it gives nothing. Raises what is not the trial's fault."""
    try:
        task.recipe.write_text(edited(task.base, task.point))
        module, _, name = task.function.partition(":")
        figures = getattr(import_module(module), name)(task)
        return finite(figures), None
    except (Exception, SystemExit) as error:
        if isinstance(error, MissingToolError) or (isinstance(error, OSError) and error.errno in FULL):
            raise
        if isinstance(error, EdgeflowError):
            return {}, str(error).replace(f"{task.folder}/", "")
        traceback.print_exc()
        return {}, f"{type(error).__name__}: {error}"


def finite(figures: Figures) -> Figures:
    """As plain floats. Raises EdgeflowError for one that is no number, which no order has a place for."""
    for name, value in figures.items():
        if not math.isfinite(value):
            raise EdgeflowError(f"{name} is {value}")
    return {name: float(value) for name, value in figures.items()}


def blame(folder: Path, reason: str) -> int:
    """Say why the sweep cannot go on here; on a full disk the exit code alone says it."""
    with suppress(OSError):
        (folder / REASON).write_text(reason)
    return ENVIRONMENT


def redirect(log: Path) -> None:
    """All that is printed from now on, by native code too, goes into the log."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number in (1, 2):
        os.dup2(file, number)
    os.close(file)
    sys.stdout, sys.stderr = (os.fdopen(n, "w", buffering=1, closefd=False) for n in (1, 2))


def cpu_seconds() -> float:
    """User and system time of this process and of all it waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
