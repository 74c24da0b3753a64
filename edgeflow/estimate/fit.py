"""Constants of each device family, fitted to the corpus, and how far designs that were not seen lie from them.

    python -m edgeflow.estimate.fit        writes constants.json again, from corpus.jsonl

A family's rows are fitted together; for the intervals every kind of architecture is left out in turn, and what the rest
says of it is set beside what it took (conformal prediction by groups).
"""

from collections.abc import Callable, Sequence
from math import ceil, exp, log

import numpy as np

from edgeflow.estimate import corpus, expected, paths
from edgeflow.estimate.constants import FLOORS, Constants, Fitted, predict, save
from edgeflow.estimate.corpus import Row
from edgeflow.estimate.solve import pulled

COVERED = 0.9
PULL = 0.3  # chosen by the error on architectures left out
SPEED_PULL, SPEED_ROUNDS = 4.0, 30  # designs of a kind of path that weigh as much as the pull to all kinds
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


def left_out(rows: Sequence[Row], asked: Sequence[Row] | None = None) -> list[dict[str, float]]:
    """Each row as predicted from the other architectures; by the terms of ``asked``, where the same designs are told
    otherwise there."""
    found: dict[tuple[int, str], dict[str, float]] = {}
    for architecture in {row.architecture for row in rows}:
        rest = constants([row for row in rows if row.architecture != architecture])
        found |= {row.key: predict(rest, row.terms) for row in asked or rows if row.architecture == architecture}
    return [found[row.key] for row in rows]


def constants(rows: Sequence[Row]) -> Constants:
    family = rows[0].family
    cells = expected.CELLS_A_CARRY.get(family, 1)
    luts = _sum(rows, {**expected.LUTS, **expected.OWN.get(family, {})}, "luts", expected.KNOWN.get(family, ()))
    carries = _sum(rows, {name: cost / cells for name, cost in expected.CARRIES.items()}, "carries")
    ffs = float(np.median([row.found["ffs"] / row.terms["ffs"] for row in rows if row.terms.get("ffs")]))
    return Constants(luts, carries, ffs, _speed(rows))


def _sum(rows: Sequence[Row], costs: dict[str, float], figure: str, known: Sequence[str] = ()) -> dict[str, float]:
    rows = [row for row in rows if row.found[figure] > 0]
    names = [name for name in costs if any(row.terms.get(name) for row in rows)]
    terms = np.array([[row.terms.get(name, 0.0) for name in names] for row in rows])
    found = np.array([row.found[figure] for row in rows])
    pull = np.array([PULL * (expected.HARD if name in known else 1.0) for name in names])
    solved = pulled(terms, found, np.array([costs[name] for name in names]), pull)
    return {**costs, **{name: round(float(cost), 4) for name, cost in zip(names, solved, strict=True)}}


def _speed(rows: Sequence[Row]) -> dict[str, float]:
    """Of each kind of path what it really takes, drawn to what all kinds have in common.

    Which path is a design's slowest changes with these shares, so they are found again until it stays.
    """
    routed = [row for row in rows if "fmax_mhz" in row.found]
    shares = dict.fromkeys(paths.KINDS, 0.0)  # logarithms
    for _ in range(SPEED_ROUNDS if routed else 0):
        slowest = [max(_kinds(row), key=lambda kind: shares[kind] + log(row.terms[kind])) for row in routed]
        found = _by_kind(slowest, [_period(row) - log(row.terms[k]) for row, k in zip(routed, slowest, strict=True)])
        shares = {kind: (share + found[kind]) / 2 for kind, share in shares.items()}
    return {kind: round(exp(share), 4) for kind, share in shares.items()}


def _period(row: Row) -> float:
    """Its logarithm, of nanoseconds."""
    return log(1000 / row.found["fmax_mhz"])


def _kinds(row: Row) -> list[str]:
    return [kind for kind in paths.KINDS if row.terms.get(kind)]


def _by_kind(kinds: Sequence[str], errors: Sequence[float]) -> dict[str, float]:
    """Mean of the errors by kind, as if each had a few more of the mean of all."""
    places = {kind: i for i, kind in enumerate(paths.KINDS)}
    common = np.ones((len(kinds) + len(places), 1))
    common[len(kinds) :] = 0.0  # what is drawn is how far a kind is off the others
    each = np.eye(len(places))
    own = np.concatenate([each[[places[kind] for kind in kinds]], np.sqrt(SPEED_PULL) * each])
    target = np.concatenate([errors, np.zeros(len(places))])
    solved = np.linalg.lstsq(np.concatenate([common, own], axis=1), target, rcond=None)[0]
    return {kind: float(solved[0] + solved[1 + i]) for kind, i in places.items()}


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
