"""``fit(wanted, board) -> Fitted``: the shapes that use a part best, or DoesNotFitError that says what would do."""

from dataclasses import asdict

from edgeflow.boards._board import Board
from edgeflow.errors import DoesNotFitError
from edgeflow.families import _family
from edgeflow.fit.advice import Narrower, refusal
from edgeflow.fit.goal import Goal
from edgeflow.fit.result import Binding, Fitted, fitted, over
from edgeflow.fit.search import Progress, Search
from edgeflow.fit.trial import Trial
from edgeflow.fit.wanted import Wanted, search


def fit(wanted: Wanted, board: Board, progress: Progress = lambda _: None, narrower: Narrower | None = None) -> Fitted:
    """Raises DoesNotFitError that names the resource, how much is missing and what would help; InputError for a clock
    that the board cannot give. ``narrower`` makes the network with fewer bits, to see whether that would help."""
    outcome = search(wanted, board, progress)
    if outcome.trial is None:
        raise DoesNotFitError(refusal(wanted, board, outcome.search, progress, narrower))
    return _fitted(wanted, board, outcome.search, outcome.trial)


def _fitted(wanted: Wanted, board: Board, found: Search, trial: Trial) -> Fitted:
    asked, exact, notes = found.clock_mhz, found.exact_mhz, wanted.notes
    bears = trial.needs.fmax_mhz * _family.of(board).room.clock
    if bears < exact:
        notes += (f"{asked:g} MHz may be missed: {trial.needs.fmax_mhz:.0f} are estimated, and {bears:.0f} safe",)
    return fitted(
        trial, board.name, asdict(board.budget), wanted.goal, (asked, exact), _binding(found, trial, wanted.goal), notes
    )


def _binding(found: Search, trial: Trial, goal: Goal) -> Binding:
    interval = max((made.interval_cycles for made in trial.design.layers), default=1)
    slowest = tuple(made.name for made in trial.design.layers if made.interval_cycles == interval)
    if goal.asks:
        share = trial.shares[trial.scarcest]
        return Binding(slowest, trial.scarcest, f"{share:.0%} of the room are taken, and the goal asks no more")
    faster = [pace for pace in found.paces if pace < trial.design.interval_cycles]
    if not faster:
        return Binding(slowest, None, "every layer is as fast as it can be")
    beyond = found.at(faster[-1])
    if beyond is None or not over(beyond):
        short = found.shortage(faster[-1]) or "more than there is"
        return Binding(slowest, trial.scarcest, f"{faster[-1]:,} cycles a frame would take {short}")
    return Binding(slowest, beyond.scarcest, f"{faster[-1]:,} cycles a frame would take {over(beyond)[0]}")
