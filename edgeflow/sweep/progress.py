"""How far a sweep is, from its folder alone, so that any process can show it: counts, who runs what, time left."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, pstdev

from edgeflow.sweep._task import LOG
from edgeflow.sweep.folder import Attempt, Folder
from edgeflow.sweep.plan import Sweep
from edgeflow.sweep.result import Result

RECENT = 30  # trials that the time left is estimated from


@dataclass(frozen=True)
class Progress:
    total: int
    done: int
    failed: int
    running: tuple[Attempt, ...]
    left: str

    @property
    def line(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{self.done} of {self.total} trials{failed}, {len(self.running)} running; {self.left}"


def look(folder: Folder, sweep: Sweep) -> Progress:
    results, running = folder.results(), tuple(folder.running())
    failed = sum(result.failure is not None for result in results)
    left = time_left(results, max(0, sweep.total - len(results)), len(running))
    return Progress(sweep.total, len(results), failed, running, left)


def time_left(results: Sequence[Result], trials: int, at_once: int) -> str:
    """From how long the last trials took and how much they differed: a range that holds nineteen times in twenty."""
    seconds = [result.seconds for result in sorted(results, key=lambda r: r.started)[-RECENT:]]
    if not trials:
        return "nothing left"
    if len(seconds) < 2 or not at_once:
        return "time left not known yet"
    middle = trials * mean(seconds) / at_once
    around = 2 * pstdev(seconds) * math.sqrt(trials * (1 + trials / len(seconds))) / at_once
    if around < 0.1 * middle:
        return f"about {_spelled(middle)} left"
    return f"{_spelled(max(middle - around, 0))} to {_spelled(middle + around)} left"


def state_of(folder: Folder, attempt: Attempt) -> tuple[str, str, str, str]:
    """One running trial: its number, for how long, what it tries, the last line of its log."""
    about = folder.description(attempt)
    since = f"{time.time() - about['since']:.0f} s" if "since" in about else ""
    point = ", ".join(f"{key.split('.')[-1]}={value}" for key, value in about.get("point", {}).items())
    return str(attempt.number), since, point, _last_line(attempt)


def _last_line(attempt: Attempt) -> str:
    try:
        with (attempt.folder / LOG).open("rb") as log:
            log.seek(0, 2)
            log.seek(max(0, log.tell() - 500))
            lines = log.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return lines[-1][:80] if lines else ""


def _spelled(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
