"""A model's figures, commit by commit: a file of JSON lines beside its recipe, and what got worse.

The file lies in the model's repository; each line is one commit on one device, the latest recorded last. A device is
known by what it has: figures of another one are no regression.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from edgeflow.errors import InputError, RegressionError
from edgeflow.report.compare import Column, column, table, worse
from edgeflow.report.kinds import Number
from edgeflow.report.page import Page, Section

SHORT = 9  # characters of a commit's name
SHOWN = 5  # entries


@dataclass(frozen=True)
class Entry:
    commit: str
    changed: bool  # files differed from the commit
    figures: dict[str, Number]
    tools: dict[str, str]
    budget: dict[str, int] = field(default_factory=dict)  # what the device has

    @property
    def column(self) -> Column:
        return Column(self.commit[:SHORT] + ("+" if self.changed else ""), self.figures)


def path_of(recipe: Path) -> Path:
    return recipe.with_suffix(".history.jsonl")


def entry(commit: str, changed: bool, content: dict[str, Any]) -> Entry:
    return Entry(commit, changed, dict(column(commit, content).figures), content["tools"], content["budget"])


def read(path: Path) -> list[Entry]:
    """Raises InputError at a line that is no entry; no file is no entries."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [_parsed(line, f"{path}:{number}") for number, line in enumerate(lines, 1)]


def append(path: Path, new: Entry) -> list[Entry]:
    """All entries with the new one last; an older one of this commit and device goes. One rename replaces the file."""
    kept = [old for old in read(path) if (old.commit, old.budget) != (new.commit, new.budget)]
    entries = [*kept, new]
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text("".join(f"{json.dumps(asdict(one), sort_keys=True)}\n" for one in entries))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return entries


def of_one_device(entries: Sequence[Entry]) -> list[Entry]:
    """Those of the device that was recorded last."""
    return [one for one in entries if one.budget == entries[-1].budget]


def page(name: str, entries: Sequence[Entry], tolerance: float = 0.0) -> Page:
    """The latest entries of one device; the last one is judged by the one before it."""
    columns = [one.column for one in of_one_device(entries)[-SHOWN:]]
    if not columns:
        return Page(f"History of {name}", "Nothing is recorded yet.", ())
    shown = table(columns, columns[max(len(columns) - 2, 0)], columns[-1:], tolerance)
    text = "Changes are the last commit's against the one before it; + means that files differed from the commit."
    return Page(f"History of {name}", text, (Section("Figures", "", (shown,)),))


def check(entries: Sequence[Entry], tolerance: float = 0.0) -> None:
    """Raises RegressionError if the last entry is worse than the one before it by more than this fraction."""
    comparable = of_one_device(entries)[-2:]
    if len(comparable) < 2:
        return
    before, last = (one.column for one in comparable)
    bad = [
        f"{figure.label}: {figure.shown(before.figures[figure.key])} to {figure.shown(last.figures[figure.key])}"
        for figure in worse(last, before, tolerance)
    ]
    if bad:
        raise RegressionError(f"history: {last.label} is worse than {before.label}: {'; '.join(bad)}")


def _parsed(line: str, where: str) -> Entry:
    try:
        found = Entry(**json.loads(line))
        if not all(isinstance(value, int | float) for value in found.figures.values()):
            raise TypeError("a figure is no number")
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{where}: no entry of a history: {error}; remove the line") from None
    return found
