"""The best of a sweep: what no other trial beats in everything, as values, table and CSV."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError
from edgeflow.sweep import budgets
from edgeflow.sweep.figures import excess
from edgeflow.sweep.plan import Bound, Sweep
from edgeflow.sweep.result import Result, feasible, lacking


def front(results: Sequence[Result], sweep: Sweep) -> list[Result]:
    """The feasible trials that no other beats in every objective, by the first objective, best first."""
    budget = budgets.of(sweep)
    good = [result for result in results if feasible(result, sweep, budget)]
    if not good:
        return []
    costs = np.array([[excess(name, result.figures[name]) for name in sweep.objectives] for result in good])
    kept = {tuple(cost): result for cost, result in reversed(list(zip(costs.tolist(), good, strict=True)))}
    mask = nondominated(np.array(list(kept)))
    return [kept[cost] for cost, on_it in sorted(zip(kept, mask, strict=True)) if on_it]


def nondominated(costs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which rows (points, objectives), all different, no other row equals or beats in every objective."""
    no_worse = (costs[:, None] <= costs[None, :]).all(axis=2)  # (by, whom)
    return np.asarray(no_worse.sum(axis=0) == 1)


def best(results: Sequence[Result], sweep: Sweep, bounds: dict[str, Bound]) -> Result:
    """The best trial by the first objective within the sweep's constraints and these. Raises InputError if none is."""
    budget = budgets.of(sweep)
    good = [r for r in results if feasible(r, sweep, budget)]
    if absent := lacking(good, bounds):
        raise InputError(f"sweep: its trials did not find {', '.join(absent)}; no objective or constraint asks for it")
    within = [r for r in good if all(bound.violation(r.figures[name]) <= 0 for name, bound in bounds.items())]
    if within:
        return min(within, key=lambda r: ([excess(name, r.figures[name]) for name in sweep.objectives], r.number))
    if not good:
        raise InputError(f"sweep: none of {len(results)} finished trials meets the sweep's constraints")
    near = {name: min(b.violation(r.figures[name]) for r in good) for name, b in bounds.items()}
    closest = ", ".join(f"{name} is {over:g} off at best" for name, over in near.items() if over > 0)
    raise InputError(f"sweep: no finished trial is within these bounds: {closest or 'not all at once'}; relax one")


def headings(sweep: Sweep) -> list[str]:
    return ["trial", *sweep.objectives, *_others(sweep), *sweep.space]


def row(result: Result, sweep: Sweep) -> list[str]:
    names = [*sweep.objectives, *_others(sweep)]
    figures = [f"{result.figures[name]:.6g}" if name in result.figures else "" for name in names]
    return [str(result.number), *figures, *(str(result.point[key]) for key in sweep.space)]


def write_csv(results: Sequence[Result], sweep: Sweep, path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings(sweep))
        writer.writerows(row(result, sweep) for result in results)


def _others(sweep: Sweep) -> list[str]:
    """What stands beside the objectives: the test split, which nothing was chosen by."""
    return [name for name in ("test_accuracy", *sweep.constraints) if name not in sweep.objectives]
