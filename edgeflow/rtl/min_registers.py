"""The one place that knows scipy: least register bits under difference constraints, as a linear program.

The constraint matrix is totally unimodular, so HiGHS' optimum is integral; it is rounded only against float noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array


@dataclass(frozen=True)
class Edge:
    """``cycle[after] - cycle[before] >= least``; ``registered`` if a value of ``before`` is carried over."""

    before: int
    after: int
    least: int
    registered: bool = True


def assign(
    nodes: Sequence[int], edges: list[Edge], width: dict[int, int], fixed: Sequence[int], last: int
) -> dict[int, int]:
    """Cycles for ``nodes`` and ``last``, those in ``fixed`` at 0, with the least sum of width times carried cycles.

    Among equal sums the earliest ``last`` wins.
    """
    column = {n: i for i, n in enumerate([*nodes, last])}
    hold = {n: len(column) + i for i, n in enumerate(sorted({e.before for e in edges if e.registered}))}
    rows = [(column[e.before], column[e.after], -e.least) for e in edges]  # before - after <= -least
    held = [(column[e.before], column[e.after], hold[e.before]) for e in edges if e.registered]
    cost = np.zeros(len(column) + len(hold))
    cost[column[last]] = 1e-3
    for n, i in hold.items():
        cost[i] = width[n]
    n_rows, n_held = len(rows), len(held)
    entries = [(r, b, 1.0) for r, (b, _, _) in enumerate(rows)] + [(r, a, -1.0) for r, (_, a, _) in enumerate(rows)]
    entries += [(n_rows + r, b, -1.0) for r, (b, _, _) in enumerate(held)]  # after - before - hold <= 0
    entries += [(n_rows + r, a, 1.0) for r, (_, a, _) in enumerate(held)]
    entries += [(n_rows + r, h, -1.0) for r, (_, _, h) in enumerate(held)]
    row, col, value = (np.array(part) for part in zip(*entries, strict=True))
    limits = np.concatenate([np.array([least for _, _, least in rows], float), np.zeros(n_held)])
    bounds: list[tuple[int, int | None]] = [(0, None)] * len(cost)
    for n in fixed:
        bounds[column[n]] = (0, 0)
    matrix = coo_array((value, (row, col)), shape=(n_rows + n_held, len(cost))).tocsr()
    solution = linprog(cost, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
    assert solution.success, solution.message
    return {n: round(solution.x[i]) for n, i in column.items()}
