"""``front.svg``: every trial by the first objective against each other one, the front marked; the same every time."""

from collections.abc import Sequence
from pathlib import Path

from edgeflow.report import plots
from edgeflow.report.svg import Picture, stacked
from edgeflow.sweep.plan import Sweep
from edgeflow.sweep.result import Result, unit_of


def draw(results: Sequence[Result], front: Sequence[Result], sweep: Sweep, path: Path) -> None:
    path.write_text(drawing(results, front, sweep).file)


def drawing(results: Sequence[Result], front: Sequence[Result], sweep: Sweep) -> Picture:
    """Trials that failed have no figures and no place."""
    done = [result for result in results if not result.failure]
    first, *others = sweep.objectives
    against = [_against(name, first, done, front) for name in others or ["trial"]] if done else []
    return stacked(f"{sweep.name}: trials and their front", *against)


def _against(name: str, first: str, done: Sequence[Result], front: Sequence[Result]) -> Picture:
    chosen = {result.number for result in front}
    points = [
        plots.Point(
            f"trial {result.number}",
            result.figures.get(name, result.number),
            result.figures[first],
            result.number in chosen,
        )
        for result in done
    ]
    return plots.scattered(f"{first} against {name}", points, label(name), label(first))


def label(name: str) -> str:
    unit = unit_of(name)
    return f"{name}, {unit}" if unit else name
