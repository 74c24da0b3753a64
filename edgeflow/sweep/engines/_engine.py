"""What an engine is: where trials run. ``drive.py`` claims trials and hands them over; claims are not its business."""

from dataclasses import dataclass
from typing import Protocol

from edgeflow.sweep._task import Task


@dataclass(frozen=True)
class Options:
    """How the command line wants its engine."""

    jobs: int | None = None  # trials at the same time; None: as many as the resources allow
    address: str | None = None  # of a cluster


@dataclass(frozen=True)
class Ended:
    """A trial's process is over. Whether there is a result, its folder says."""

    number: int
    cause: str | None = None  # why it ended without a result, if the engine knows
    lost: bool = False  # what ran it died: not the trial's fault, as far as is known


class Engine(Protocol):
    def room(self, running: int) -> bool:
        """Whether one more trial can start."""

    def start(self, task: Task) -> None: ...

    def poll(self, seconds: float) -> list[Ended]:
        """What ended, as soon as something did, or nothing after so long. Raises EdgeflowError if none can run here."""

    def close(self) -> None:
        """End what is running."""
