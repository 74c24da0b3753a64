"""Work on a sweep until every trial is finished: claim, start, settle. Drivers and workers are this same loop.

Whatever ends the process, what is finished stays finished: results are the trials' own, and a claim whose owner is
dead goes to the next who asks.
"""

import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from edgeflow import catalog
from edgeflow.sweep import index
from edgeflow.sweep._task import Task
from edgeflow.sweep.engines._engine import Ended, Engine
from edgeflow.sweep.folder import Attempt, Folder, publish
from edgeflow.sweep.plan import SAMPLERS
from edgeflow.sweep.result import Result
from edgeflow.sweep.trackers._tracker import Tracking

POLL_S = 0.5
BEATS = 6  # heartbeats in a lease
INDEX_S = 10.0  # between two updates of the index
MAX_LOSSES = 3  # a trial that took its worker down so often is a failed one


@dataclass(frozen=True)
class Held:
    attempt: Attempt
    task: Task
    since: float


class Driver:
    def __init__(self, folder: Folder, engine: Engine, watch: Callable[[], None], tracking: Tracking | None = None):
        self.folder, self.engine, self.watch, self.tracking = folder, engine, watch, tracking
        self.plan = folder.plan()
        self.sampler = catalog.load(SAMPLERS, self.plan.sweep.sampler)
        self.held: dict[int, Held] = {}
        self.losses: Counter[int] = Counter()
        self.beaten = self.indexed = time.monotonic()

    def run(self) -> None:
        """Until all is finished, by whomever."""
        try:
            index.update(self.folder, self.plan.sweep)
            while self._step():
                self.watch()
            self._keep_up(force=True)
            self.folder.tidy()
        finally:
            self.engine.close()
            for held in self.held.values():
                self.folder.release(held.attempt)

    def _step(self) -> bool:
        """Start what can start, settle what ended; False when all is finished."""
        total = self.plan.sweep.total
        while self._room() and (attempt := self.folder.claim(total)):
            self._start(attempt)
        if not self.held and len(self.folder.finished()) >= total:
            return False
        for ended in self.engine.poll(POLL_S):
            self._settle(ended)
        self._keep_up()
        return True

    def _room(self) -> bool:
        """One at a time while some were lost together: who takes its worker down is found, and no other is blamed."""
        suspects = self.losses.keys() - self.folder.finished() if self.losses else set()
        return not (suspects and self.held) and self.engine.room(len(self.held))

    def _start(self, attempt: Attempt) -> None:
        plan, number = self.plan, attempt.number
        tried = [self.folder.description(other).get("point") for other in self.folder.running()]
        running = [point for point in tried if point]
        point, notes = self.sampler.point(plan.sweep, number, self.folder.results(), running)
        self.folder.describe(attempt, point)
        home, limits, stage = self.folder.home(number), plan.sweep.limits, int(plan.sweep.stage)
        task = Task(number, point, plan.recipe, stage, plan.function, limits, attempt.folder, home, notes)
        self.held[number] = Held(attempt, task, time.time())
        self.engine.start(task)

    def _settle(self, ended: Ended) -> None:
        held, home = self.held.pop(ended.number), self.folder.home(ended.number)
        if ended.lost:
            self.losses[ended.number] += 1
        if home.exists() or not held.attempt.folder.exists():  # published, or taken over by another worker
            return
        if ended.lost and self.losses[ended.number] < MAX_LOSSES:
            self.folder.release(held.attempt)
            return
        cause = ended.cause or "its process ended before it had a result"
        if ended.lost:
            cause = f"the process under it died {MAX_LOSSES} times"
        seconds, where = time.time() - held.since, socket.gethostname()
        notes = dict(held.task.notes)
        result = Result(ended.number, held.task.point, {}, cause, held.since, seconds, 0.0, where, notes)
        result.save(held.attempt.folder)
        publish(held.attempt.folder, home)

    def _keep_up(self, force: bool = False) -> None:
        """What has its own time: heartbeats, the index, trackers."""
        now = time.monotonic()
        if now - self.beaten > self.folder.lease_s / BEATS:
            self.beaten = now
            for held in self.held.values():
                self.folder.touch(held.attempt)
        if force or now - self.indexed > INDEX_S:
            self.indexed = now
            index.update(self.folder, self.plan.sweep)
            if self.tracking:
                self.tracking.update(self.folder.results())
