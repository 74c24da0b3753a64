"""One finished trial: ``result.json`` in its folder."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgeflow.errors import InputError
from edgeflow.sweep.figures import FIGURES
from edgeflow.sweep.plan import Point, Sweep

FILE = "result.json"


@dataclass(frozen=True)
class Result:
    number: int
    point: Point
    figures: dict[str, float]  # by the names in figures.py, and what else the trial measured
    failure: str | None  # why there are no figures
    started: float  # seconds since 1970
    seconds: float
    cpu_seconds: float  # of the trial and the programs it ran
    where: str
    notes: dict[str, Any]  # what the sampler keeps with a trial

    def save(self, folder: Path) -> None:
        """Write ``result.json`` whole, on the disk before its name is."""
        work = folder / f".{FILE}"
        with work.open("w") as file:
            file.write(json.dumps(asdict(self), indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        work.rename(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> "Result":
        path = folder / FILE
        try:
            return cls(**json.loads(path.read_bytes()))
        except (ValueError, TypeError) as error:
            raise InputError(f"{path}: no result ({error}); remove {folder} to have the trial run again") from None

    def objectives(self, sweep: Sweep) -> list[float]:
        """The figures aimed at, in the sweep's order."""
        return [self.figures[name] for name in sweep.objectives]

    def violations(self, sweep: Sweep, budget: dict[str, int]) -> dict[str, float]:
        """By how much each constraint is violated, zero or less where it holds; ``budget`` is the board's."""
        found = {name: bound.violation(self.figures[name]) for name, bound in sweep.constraints.items()}
        kind = "routed" if f"routed.{next(iter(budget), '')}" in self.figures else "estimated"
        return found | {f"fits.{cell}": self.figures[f"{kind}.{cell}"] - there for cell, there in budget.items()}


def lacking(results: Sequence[Result], names: Iterable[str]) -> list[str]:
    """Those figures that not all finished trials have: the sweep went less far when they ran."""
    done = [result for result in results if not result.failure]
    return [name for name in names if any(name not in result.figures for result in done)]


def feasible(result: Result, sweep: Sweep, budget: dict[str, int]) -> bool:
    return not result.failure and max(result.violations(sweep, budget).values(), default=0.0) <= 0


def unit_of(name: str) -> str:
    return FIGURES[name].unit if name in FIGURES else ""
