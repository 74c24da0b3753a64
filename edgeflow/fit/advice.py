"""What is said when nothing fits: which resource, how much is missing, and which rate, board or widths would do.

Every way out that is named was tried, by the same search.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict

from edgeflow import catalog
from edgeflow.boards import _board
from edgeflow.boards._board import Board
from edgeflow.errors import EdgeflowError
from edgeflow.fit.goal import Goal
from edgeflow.fit.result import over
from edgeflow.fit.search import Progress, Search
from edgeflow.fit.trial import Trial
from edgeflow.fit.wanted import Wanted, search

MOST_BITS_OFF = 3

Narrower = Callable[[int], Wanted | None]  # the same network with so many bits less a weight and an activation


def refusal(wanted: Wanted, board: Board, found: Search, progress: Progress, narrower: Narrower | None = None) -> str:
    ways = list(_ways_out(wanted, board, found, progress, narrower))
    lines = [f"boards.{board.name}: {_missing(found, wanted.goal)}", *(ways or ["no board of the catalogue would do"])]
    return "\n  ".join(lines)


def _missing(found: Search, goal: Goal) -> str:
    """By how much the nearest design misses."""
    where = f"at {found.clock_mhz:g} MHz"
    near = found.reaching(goal) if goal.asks else [found.smallest()]
    if not near:
        return f"{goal} {where} is out of reach: {_beyond(found, goal)}"
    trial = min(near, key=_overshoot)
    what = f"{goal} {where}" if goal.asks else "the smallest design"
    return f"{what} does not fit: {'; '.join(over(trial))} ({_shapes(trial)})"


def _beyond(found: Search, goal: Goal) -> str:
    """Where nothing that reaches it was small enough to be composed."""
    paces = found.within(goal)
    if not paces:
        return f"no shapes take fewer than {found.paces[0]:,} cycles a frame"
    short = found.shortage(paces[-1]) or "longer from first input to last output"
    return f"{paces[-1]:,} cycles a frame would take {short}"


def _ways_out(
    wanted: Wanted, board: Board, found: Search, progress: Progress, narrower: Narrower | None
) -> Iterator[str]:
    if wanted.goal.asks and (slower := found.fastest()):
        fps = found.exact_mhz * 1e6 / slower.design.interval_cycles
        wait = slower.design.latency_cycles / found.exact_mhz
        yield f"less would: {fps:,.0f} frames/s and {wait:,.1f} us fit here, by estimate"
    for bits in range(1, MOST_BITS_OFF + 1 if narrower else 1):
        assert narrower
        if (less := narrower(bits)) and _reaches(less, board, progress):
            yield f"narrower would: {bits} bit{'s' * (bits > 1)} less for every weight and activation, by estimate"
            break
    for other in larger(board):
        if _reaches(wanted, other, progress):
            yield f"a larger board would: --board {other.name}, by estimate"
            break


def larger(board: Board) -> list[Board]:
    """Boards that have no less of anything and more of something, the smallest first."""
    here = asdict(board.budget)
    others = [_board.load(name) for name in catalog.names("boards") if name != board.name]
    more = [o for o in others if all(there >= here[name] for name, there in asdict(o.budget).items())]
    return sorted((o for o in more if asdict(o.budget) != here), key=lambda o: (o.budget.luts, o.name))


def _reaches(wanted: Wanted, board: Board, progress: Progress) -> bool:
    """A clock that was asked for may be too high for another board."""
    try:
        return search(wanted, board, progress).trial is not None
    except EdgeflowError:
        return False


def _overshoot(trial: Trial) -> float:
    return trial.shares[trial.scarcest]


def _shapes(trial: Trial) -> str:
    return ", ".join(f"{name} {option.shape}" for name, option in trial.choice.items())
