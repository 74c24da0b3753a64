"""What is fitted, and the search for it on a board: at the clock asked for, or at the highest that it bears."""

from collections.abc import Collection
from dataclasses import dataclass

from edgeflow.boards._board import Board
from edgeflow.families import _family
from edgeflow.fit import clocks
from edgeflow.fit.goal import Goal
from edgeflow.fit.search import Progress, Search
from edgeflow.fit.trial import Estimator, Trial
from edgeflow.network.network import Network
from edgeflow.rtl.options import options_of

CLOCKS = 4  # tried, each by what the estimate says of the one before it


@dataclass(frozen=True)
class Wanted:
    """What is fitted, apart from the board."""

    network: Network
    goal: Goal
    estimate: Estimator
    names: Collection[str] | None = None  # layers whose shape may be chosen; None: all that have one
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a search at one clock ended with; ``trial`` is None where nothing reaches the goal and fits."""

    search: Search
    trial: Trial | None


def search(wanted: Wanted, board: Board, progress: Progress) -> Outcome:
    """At the clock asked for, or at the highest that the estimate of what was found there bears."""
    room, asked = _family.of(board).room, wanted.goal.clock_mhz
    if asked is not None:
        return _at(wanted, board, asked, progress)
    clock_mhz = clocks.highest(board, room.board_mhz)
    for _ in range(CLOCKS):
        outcome = _at(wanted, board, clock_mhz, progress)
        trial = outcome.trial or outcome.search.smallest()
        bears = clocks.highest(board, trial.needs.fmax_mhz * room.clock)
        if bears >= clock_mhz:
            break
        clock_mhz = bears
    return outcome


def _at(wanted: Wanted, board: Board, clock_mhz: float, progress: Progress) -> Outcome:
    exact_mhz = clocks.exact_mhz(board, clock_mhz)  # before any work
    progress(f"price every shape for {board.name} at {clock_mhz:g} MHz")
    options = options_of(wanted.network, clock_mhz, _family.of(board).delays, wanted.names)
    found = Search(wanted.network, options, board, clock_mhz, exact_mhz, wanted.estimate, progress)
    return Outcome(found, found.cheapest(wanted.goal) if wanted.goal.asks else found.fastest())
