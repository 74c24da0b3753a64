"""The search for the shapes of all layers on one board at one clock.

The options' costs are forms, so a choice is composed and estimated before it counts: cycles, latency and interval are
then exact, FIFOs, gears and link are in, and what the forms got wrong corrects the next choice. Bisection over the
intervals that there are finds the border between what fits and what does not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from edgeflow.boards._board import Board
from edgeflow.fit.goal import Goal
from edgeflow.fit.room import RESOURCES, room_of
from edgeflow.fit.trial import Estimator, Trial, compose
from edgeflow.network.network import Network
from edgeflow.rtl.folding import Choice, Options, Room, cheapest_within, intervals
from edgeflow.rtl.options import amounts

BEYOND = 1.6  # times the room: what the forms put there is not composed
NO_LIMIT = 1e9
ATTEMPTS = 3  # compositions at one pace, each with what the one before it taught
Progress = Callable[[str], None]


@dataclass
class Search:
    network: Network
    options: Options
    board: Board
    clock_mhz: float  # that pipelines are planned for
    exact_mhz: float  # that the PLL makes of it, and goals are counted in
    estimate: Estimator
    progress: Progress = lambda _: None
    known: dict[str, Trial] = field(default_factory=dict)  # every choice is composed once
    correction: Room = (1.0, 1.0, 1.0, 1.0)  # by the last trial

    def __post_init__(self) -> None:
        self.paces = intervals(self.options)  # cycles a frame, the fewest first
        self._at: dict[int, Trial | None] = {}

    def fastest(self) -> Trial | None:
        """The fewest cycles a frame that fit, and of their choices the least of the part; None if nothing fits."""
        _first(self.paces, lambda pace: (trial := self.at(pace)) is not None and trial.fits)
        return min(filter(_fits, self.known.values()), key=_pace_and_size, default=None)

    def cheapest(self, goal: Goal) -> Trial | None:
        """The least of the part that reaches the goal; None if nothing that fits does."""
        return min(filter(_fits, self.reaching(goal)), key=_size, default=None)

    def reaching(self, goal: Goal) -> list[Trial]:
        """Trials that reach the goal, whether they fit or not; the slowest that do among them."""
        cycles, latency = goal.most_cycles(self.exact_mhz), goal.most_latency(self.exact_mhz)

        def reaches(trial: Trial) -> bool:
            late = latency is not None and trial.design.latency_cycles > latency
            return not late and (cycles is None or trial.design.interval_cycles <= cycles)

        def misses(pace: int) -> bool:
            return (trial := self.at(pace)) is not None and not reaches(trial)

        _first(self.within(goal)[::-1], lambda pace: not misses(pace), near=True)
        return [trial for trial in self.known.values() if reaches(trial)]

    def within(self, goal: Goal) -> list[int]:
        """The paces that the goal leaves: the slowest unit alone takes a pace from first input to last output."""
        limits = (goal.most_cycles(self.exact_mhz), goal.most_latency(self.exact_mhz))
        return [pace for pace in self.paces if all(most is None or pace <= most for most in limits)]

    def smallest(self) -> Trial:
        """The least of the part, however slow: once by the forms, once by what that taught."""
        slowest = self.paces[-1] if self.paces else 1
        found = []
        for _ in range(2):
            found.append(self._composed(cheapest_within(self.options, slowest, self._room(NO_LIMIT)) or {}))
            self.correction = found[-1].correction()
        return min(found, key=_size)

    def shortage(self, pace: int) -> str:
        """What ``pace`` cycles a frame would take more than there is, about, by the forms; empty if nothing."""
        choice = cheapest_within(self.options, pace, self._room(NO_LIMIT)) or {}
        told = np.sum([amounts(option.cost) for option in choice.values()], axis=0) * self.correction
        needs = zip(RESOURCES, told, room_of(self.board).values(), strict=True)
        return ", ".join(f"about {need:,.0f} {name} of {room:,}" for name, need, room in needs if need > room)

    def at(self, pace: int) -> Trial | None:
        """The least that no layer of takes more than ``pace`` cycles a frame; None if the forms put it far beyond."""
        if pace not in self._at:
            self._at[pace] = self._attempt(pace)
        return self._at[pace]

    def _attempt(self, pace: int) -> Trial | None:
        best: Trial | None = None
        for _ in range(ATTEMPTS):
            choice = cheapest_within(self.options, pace, self._room(BEYOND))
            if choice is None:
                break
            new = _key(choice) not in self.known
            trial = self._composed(choice)
            best = min(filter(None, (best, trial)), key=_size)
            self.correction = trial.correction()
            if trial.fits or not new:
                break
        return best

    def _composed(self, choice: Choice) -> Trial:
        key = _key(choice)
        if key not in self.known:
            self.progress(f"compose {key or 'the network'}")
            self.known[key] = compose(self.network, choice, self.board, self.clock_mhz, self.estimate)
        return self.known[key]

    def _room(self, factor: float) -> Room:
        """What the part has, in the forms' terms. The link is small beside it, and its ports are not known yet."""
        room = room_of(self.board)
        luts, ffs, brams, dsps = (
            factor * room[name] / own for name, own in zip(RESOURCES, self.correction, strict=True)
        )
        return luts, ffs, brams, dsps


def _first(paces: Sequence[int], holds: Callable[[int], bool], near: bool = False) -> int:
    """Where in ``paces`` it holds from on, or their number; ``near`` looks at the first ones before the middle."""
    low, high, step = 0, len(paces), 1
    while low < high:
        middle = min(low + step - 1, (low + high) // 2) if near else (low + high) // 2
        if holds(paces[middle]):
            high, near = middle, False
        else:
            low, step = middle + 1, 2 * step
    return low


def _fits(trial: Trial) -> bool:
    return trial.fits


def _size(trial: Trial) -> tuple[float, float, int]:
    return trial.shares[trial.scarcest], sum(trial.shares.values()), trial.design.interval_cycles


def _pace_and_size(trial: Trial) -> tuple[float, ...]:
    return (trial.design.interval_cycles, *_size(trial))


def _key(choice: Choice) -> str:
    return ", ".join(f"{name}: {option.shape}" for name, option in choice.items())
