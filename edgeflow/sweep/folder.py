"""A sweep's folder: who works on which trial, and what came of it. Any number of processes and machines share it.

    plan.json           what is swept
    attempts/00007.0/   trial 7 under way; put there by one rename, which only one worker can do: that is the claim
    trials/00007/       trial 7 finished: result.json, recipe.yaml, log.txt; published by one rename
    optuna.journal      an index of trials/ for Optuna's own tools

A claim is alive while its owner touches it, and while its owner lives if that can be seen from here. A dead one is
taken over by making the next attempt, 00007.1, which again only one can; nothing is ever locked.
"""

import json
import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from edgeflow.errors import InputError
from edgeflow.sweep import budgets
from edgeflow.sweep._owner import identity, started_at
from edgeflow.sweep.plan import Plan, Point
from edgeflow.sweep.result import FILE, Result, lacking

OWNER = "owner.json"
LEASE_S = 60.0  # a claim that nobody touched for so long is dead
MAY_CHANGE = {"trials", "limits", "resources", "trackers", "constraints", "fits", "name"}  # between two starts


@dataclass(frozen=True)
class Attempt:
    number: int
    generation: int
    folder: Path


class Folder:
    def __init__(self, root: Path, lease_s: float = LEASE_S):
        self.root, self.lease_s = root, lease_s
        self.trials, self.attempts = root / "trials", root / "attempts"
        self._loaded: dict[int, Result] = {}

    @classmethod
    def create(cls, root: Path, plan: Plan, lease_s: float = LEASE_S) -> "Folder":
        """A new sweep, or the one that is there. Raises InputError if that is another one."""
        folder = cls(root, lease_s)
        for path in (folder.trials, folder.attempts):
            path.mkdir(parents=True, exist_ok=True)
        if (root / "plan.json").exists():
            _check_same(root, folder.plan(), plan)
            _check_computed(root, folder.results(), plan)
        work = root / f".plan-{os.getpid()}"
        work.write_text(plan.to_json())
        work.rename(root / "plan.json")
        return folder

    @classmethod
    def open(cls, root: Path, lease_s: float = LEASE_S) -> "Folder":
        """A sweep that is there."""
        if not (root / "plan.json").is_file():
            raise InputError(f"{root}: no sweep is here; edgeflow sweep SWEEP.yaml --out {root} makes one")
        return cls(root, lease_s)

    def plan(self) -> Plan:
        return Plan.from_json((self.root / "plan.json").read_text())

    def finished(self) -> set[int]:
        """Numbers of trials that have a result."""
        return {int(path.name) for path in self.trials.iterdir() if path.name.isdecimal()}

    def results(self) -> list[Result]:
        """All finished trials by number; each file is read once."""
        for number in self.finished() - self._loaded.keys():
            self._loaded[number] = Result.load(self.home(number))
        return [self._loaded[number] for number in sorted(self._loaded)]

    def home(self, number: int) -> Path:
        return self.trials / f"{number:05}"

    def claim(self, total: int) -> Attempt | None:
        """The first trial that is neither finished nor anybody's, now ours; None if there is none."""
        last = self._last_attempts()
        for number in sorted(set(range(total)) - self.finished()):
            before = last.get(number)
            if before is None or not self._alive(before):
                generation = before.generation + 1 if before else 0
                if (claimed := self._make(number, generation)) is not None:
                    return claimed
        return None

    def running(self) -> list[Attempt]:
        """Attempts whose owners are alive."""
        return [attempt for attempt in self._last_attempts().values() if self._alive(attempt)]

    def describe(self, attempt: Attempt, point: Point) -> None:
        """Say what the attempt tries."""
        work = attempt.folder / f".{OWNER}"
        work.write_text(json.dumps(self.description(attempt) | {"point": point}))
        work.rename(attempt.folder / OWNER)

    def description(self, attempt: Attempt) -> dict[str, Any]:
        """Who owns it since when, and what it tries."""
        try:
            described: dict[str, Any] = json.loads((attempt.folder / OWNER).read_text())
        except (OSError, ValueError):
            return {}
        return described

    def touch(self, attempt: Attempt) -> None:
        """Keep the claim alive."""
        with suppress(FileNotFoundError):  # published meanwhile
            os.utime(attempt.folder)

    def release(self, attempt: Attempt) -> None:
        """Give the trial back; whatever the attempt made goes."""
        gone = self.attempts / f".{uuid4().hex}"
        with suppress(OSError):
            attempt.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def tidy(self) -> None:
        """Remove what killed workers left, once every trial is finished."""
        for left in self.attempts.iterdir():
            shutil.rmtree(left, ignore_errors=True)

    def _make(self, number: int, generation: int) -> Attempt | None:
        attempt = Attempt(number, generation, self.attempts / f"{number:05}.{generation}")
        mine = self.attempts / f".{uuid4().hex}"
        mine.mkdir()
        (mine / OWNER).write_text(json.dumps({"owner": identity(), "since": time.time()}))
        try:
            mine.rename(attempt.folder)  # fails where another one's is
        except OSError:
            shutil.rmtree(mine)
            if not attempt.folder.exists() and not self.home(number).exists():
                raise
            return None
        if self.home(number).exists():  # finished between our look at trials/ and the rename
            self.release(attempt)
            return None
        return attempt

    def _last_attempts(self) -> dict[int, Attempt]:
        parts = [(path.name.partition("."), path) for path in self.attempts.iterdir() if path.name[0] != "."]
        found = [Attempt(int(number), int(generation), path) for (number, _, generation), path in parts]
        return {attempt.number: attempt for attempt in sorted(found, key=lambda a: a.generation)}

    def _alive(self, attempt: Attempt) -> bool:
        owner = self.description(attempt).get("owner", {})
        if owner.get("machine") == identity()["machine"]:
            return bool(started_at(owner["pid"]) == owner["started"])
        try:
            return self._now() - attempt.folder.stat().st_mtime < self.lease_s
        except FileNotFoundError:  # published or released meanwhile
            return False

    def _now(self) -> float:
        """The time by the clock that stamps the claims, which on a shared folder is not ours."""
        os.utime(self.attempts)
        return self.attempts.stat().st_mtime


def publish(attempt: Path, home: Path) -> bool:
    """Make the attempt's folder the finished trial; False if the trial was finished before, by somebody else."""
    try:
        attempt.rename(home)
    except OSError:
        if not (home / FILE).exists():
            raise
        return False
    for older in attempt.parent.glob(f"{home.name}.*"):  # of killed workers
        shutil.rmtree(older, ignore_errors=True)
    return True


def _check_same(root: Path, there: Plan, wanted: Plan) -> None:
    old, new = (plan.sweep.model_dump(exclude=MAY_CHANGE | {"recipe"}) for plan in (there, wanted))
    differ = [key for key in old if old[key] != new[key]] + (["recipe"] if there.recipe != wanted.recipe else [])
    if differ:
        raise InputError(f"{root}: holds a sweep with another {', '.join(differ)}; choose another --out")


def _check_computed(root: Path, results: list[Result], wanted: Plan) -> None:
    """A constraint on what the trials that are there did not find cannot be asked of them."""
    sweep = wanted.sweep
    cells = [f"estimated.{cell}" for cell in budgets.of(sweep)]
    if absent := lacking(results, [*sweep.constraints, *cells]):
        raise InputError(
            f"{root}: its finished trials have no {', '.join(absent)}, which constraints or fits ask for now; "
            "leave that out, or choose another --out"
        )
