"""A sweep as a person watches it: a live table on a terminal, a line for each finished trial without one; on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

from edgeflow.sweep import progress
from edgeflow.sweep.folder import Folder
from edgeflow.sweep.front import front
from edgeflow.sweep.plan import Sweep
from edgeflow.sweep.result import Result

REFRESH_S, PLAIN_S = 1.0, 30.0
SHOWN = 8  # rows of the front


@contextmanager
def watching(folder: Folder, sweep: Sweep) -> Iterator[Callable[[], None]]:
    """A function to call often; it looks and shows when it is time."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Plain(folder, sweep)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield _every(REFRESH_S, lambda: live.update(_picture(folder, sweep), refresh=True))


def _every(seconds: float, show: Callable[[], None]) -> Callable[[], None]:
    last = [-seconds]

    def call() -> None:
        if time.monotonic() - last[0] >= seconds:
            last[0] = time.monotonic()
            show()

    return call


def _picture(folder: Folder, sweep: Sweep) -> Group:
    now = progress.look(folder, sweep)
    running = Table("trial", "for", "point", "doing", box=None, pad_edge=False)
    for attempt in now.running:
        running.add_row(*(escape(cell) for cell in progress.state_of(folder, attempt)))
    best = Table("front", *sweep.objectives, box=None, pad_edge=False)
    for result in front(folder.results(), sweep)[:SHOWN]:
        best.add_row(str(result.number), *(f"{value:.6g}" for value in result.objectives(sweep)))
    return Group(ProgressBar(now.total, now.done, width=60), now.line, running, best)


class _Plain:
    def __init__(self, folder: Folder, sweep: Sweep):
        self.folder, self.sweep, self.started = folder, sweep, time.monotonic()
        self.told = folder.finished()
        self.summary = _every(PLAIN_S, lambda: self._say(progress.look(folder, sweep).line))

    def __call__(self) -> None:
        if new := self.folder.finished() - self.told:
            self.told |= new
            for result in self.folder.results():
                if result.number in new:
                    self._say(_line(result, self.sweep))
        self.summary()

    def _say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:6.1f} s] {text}", file=sys.stderr, flush=True)


def _line(result: Result, sweep: Sweep) -> str:
    if result.failure:
        return f"trial {result.number} failed: {result.failure.splitlines()[0]}"
    figures = ", ".join(f"{name} {result.figures[name]:.6g}" for name in sweep.objectives)
    return f"trial {result.number}: {figures} ({result.seconds:.1f} s)"
