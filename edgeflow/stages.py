"""What every stage of the flow shares: where its result is kept, who hears of progress, and its files' copy."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from edgeflow.store import Store

Progress = Callable[[str], None]
Value = TypeVar("Value")


@dataclass(frozen=True)
class Context:
    """Where results are kept and who hears of progress."""

    store: Store
    progress: Progress = lambda _: None

    def start(self, stage: str, doing: str) -> None:
        """Say what begins, and how long it took before."""
        usual = self.store.usual_seconds(stage)
        self.progress(doing if usual is None else f"{doing}; usually {usual:.0f} s")


@dataclass(frozen=True, eq=False)
class Staged(Generic[Value]):
    """A stage's value, the folder its files lie in, and how long it took when it was built."""

    value: Value
    folder: Path
    seconds: float


def fresh(folder: Path) -> Path:
    """An empty folder, whatever was there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def copy_result(folder: Path, to: Path) -> Path:
    """A stage's files in the run's folder, replacing what an earlier run left there."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns(".*"))
    return to
