"""Constants of each device family, fitted to the corpus, and how far designs that were not seen lie from them.

    python -m edgeflow.estimate.fit        writes constants.json again, from corpus.jsonl

A family's rows are fitted together; for the intervals every kind of architecture is left out in turn, and what the rest
says of it is set beside what it took (conformal prediction by groups).
"""

from collections.abc import Callable, Sequence
from math import ceil, log

import numpy as np

from edgeflow.estimate import corpus, expected
from edgeflow.estimate.constants import FLOORS, Constants, Fitted, predict, save
from edgeflow.estimate.corpus import Row
from edgeflow.estimate.features import speed_features
from edgeflow.estimate.solve import Floats, pulled

COVERED = 0.9
PULL, SPEED_PULL = 0.3, 0.2  # chosen by the error on architectures left out
LEAST_ROWS = 3  # fewer say nothing about a family
FEW_ROWS, FEW_SPREAD = 9, 0.4  # with fewer there is no ninth of ten: the largest error, and at least so much
SMALLEST_LUTS = 40  # below, a percentage is noise


def usable(rows: Sequence[Row], family: str) -> list[Row]:
    return [row for row in rows if row.family == family and not row.failure and row.found["luts"] >= SMALLEST_LUTS]


def fit(rows: Sequence[Row]) -> dict[str, Fitted]:
    """By family; those with few rows are missing."""
    families = sorted({row.family for row in rows})
    return {family: fitted(found) for family in families if len(found := usable(rows, family)) >= LEAST_ROWS}


def fitted(rows: Sequence[Row]) -> Fitted:
    away = left_out(rows)
    spread = {figure: _spread(rows, away, figure) for figure in corpus.FIGURES}
    most = {name: max(row.terms.get(name, 0.0) for row in rows) for row in rows for name in row.terms}
    return Fitted(constants(rows), spread, dict(sorted(most.items())), len(rows))


def left_out(rows: Sequence[Row]) -> list[dict[str, float]]:
    """Each row as predicted from the other architectures."""
    found: dict[tuple[int, str], dict[str, float]] = {}
    for architecture in {row.architecture for row in rows}:
        rest = constants([row for row in rows if row.architecture != architecture])
        found |= {row.key: predict(rest, row.terms) for row in rows if row.architecture == architecture}
    return [found[row.key] for row in rows]


def constants(rows: Sequence[Row]) -> Constants:
    family = rows[0].family
    cells = expected.CELLS_A_CARRY.get(family, 1)
    luts = _sum(rows, {**expected.LUTS, **expected.OWN.get(family, {})}, "luts", expected.KNOWN.get(family, ()))
    carries = _sum(rows, {name: cost / cells for name, cost in expected.CARRIES.items()}, "carries")
    ffs = float(np.median([row.found["ffs"] / row.terms["ffs"] for row in rows if row.terms.get("ffs")]))
    return Constants(luts, carries, ffs, _speed(rows, luts))


def _sum(rows: Sequence[Row], costs: dict[str, float], figure: str, known: Sequence[str] = ()) -> dict[str, float]:
    rows = [row for row in rows if row.found[figure] > 0]
    names = [name for name in costs if any(row.terms.get(name) for row in rows)]
    terms = np.array([[row.terms.get(name, 0.0) for name in names] for row in rows])
    found = np.array([row.found[figure] for row in rows])
    pull = np.array([PULL * (expected.HARD if name in known else 1.0) for name in names])
    solved = pulled(terms, found, np.array([costs[name] for name in names]), pull)
    return {**costs, **{name: round(float(cost), 4) for name, cost in zip(names, solved, strict=True)}}


def _speed(rows: Sequence[Row], luts: dict[str, float]) -> list[float]:
    """Ridge regression of the period's logarithm, drawn to the slowest path."""
    size = [sum(cost * row.terms.get(name, 0.0) for name, cost in luts.items()) for row in rows]
    routed = [(row, n) for row, n in zip(rows, size, strict=True) if "fmax_mhz" in row.found]
    start = np.array(expected.PERIOD)
    if not routed:
        return list(expected.PERIOD)
    matrix: Floats = np.array([speed_features(row.terms, n) for row, n in routed])
    target = np.array([log(1000 / row.found["fmax_mhz"]) for row, _ in routed])
    free = np.array([1e-6, *[1.0] * (len(start) - 1)])  # the offset is free
    pull = np.diag(free * SPEED_PULL * len(routed))
    away = np.linalg.solve(matrix.T @ matrix + pull, matrix.T @ (target - matrix @ start))
    return [round(float(value), 5) for value in start + away]


def _spread(rows: Sequence[Row], away: Sequence[dict[str, float]], figure: str) -> float:
    """How far nine of ten lie from their prediction: by its logarithm, counts of blocks in units."""
    distance = DISTANCE[figure in FLOORS]
    pairs = [(row.found[figure], said[figure]) for row, said in zip(rows, away, strict=True) if figure in row.found]
    errors = sorted(distance(*pair) for pair in pairs)
    if len(errors) < FEW_ROWS:
        return round(max([*errors, 1.0 if figure in FLOORS else FEW_SPREAD]), 5)
    place = ceil(COVERED * (len(errors) + 1))
    return round(errors[min(place, len(errors)) - 1], 5)


def _units(found: float, said: float) -> float:
    return abs(found - said)


def _logarithm(found: float, said: float) -> float:
    return abs(log(max(found, 1.0) / max(said, 1.0)))


DISTANCE: dict[bool, Callable[[float, float], float]] = {True: _units, False: _logarithm}


if __name__ == "__main__":
    save(fit(corpus.load()))
