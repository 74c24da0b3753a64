"""What a tracker is, and how a sweep keeps one up: every finished trial is told once, over all restarts.

A trial that was told twice, because we were killed between telling and remembering, replaces itself: trackers name
their runs by the trial.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from edgeflow import catalog
from edgeflow.sweep.plan import TRACKERS, Sweep
from edgeflow.sweep.result import Result


class Tracker(Protocol):
    def log(self, result: Result) -> None:
        """One finished trial: its point, its figures or why it failed. Complete when this returns."""


class Tracking:
    """The sweep's trackers, and which trials each of them knows."""

    def __init__(self, sweep: Sweep, folder: Path):
        self.trackers: dict[str, Tracker] = {
            name: catalog.load(TRACKERS, name).open_tracker(sweep.name, folder) for name in sweep.trackers
        }
        self.folder = folder / "tracked"

    def update(self, results: Sequence[Result]) -> None:
        for name, tracker in self.trackers.items():
            told = self.folder / name
            told.mkdir(parents=True, exist_ok=True)
            for result in results:
                mark = told / str(result.number)
                if not mark.exists():
                    tracker.log(result)
                    mark.touch()


def run_name(sweep: str, number: int) -> str:
    return f"{sweep}-{number:05}"
