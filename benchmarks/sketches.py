"""The corpus' designs sketched: their terms without generating them, and how far that leads from the generated ones'.

GUESSED in estimate/analytic.py is what ``away`` finds of guessed ones, of the family where it is most.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np

from edgeflow.boards import _board
from edgeflow.calibrate.designs import drawn
from edgeflow.circuit import solver
from edgeflow.estimate import constants
from edgeflow.estimate.corpus import Row
from edgeflow.estimate.features import features_of
from edgeflow.estimate.sketch import MOST_ADDERS, sketched
from edgeflow.families import _family

RELATIVE = ("luts", "ffs", "carries", "fmax_mhz")


@dataclass(frozen=True)
class Sketches:
    rows: list[Row]  # the same ones, with the sketches' terms
    guessed: list[bool]
    ms: list[float]  # of CPU, solver and all; nothing is known from before

    def milliseconds(self) -> dict[str, float]:
        return {name: float(np.quantile(self.ms, at)) for name, at in (("median", 0.5), ("p90", 0.9), ("most", 1.0))}


def sketches(rows: Sequence[Row], most_adders: int = MOST_ADDERS) -> Sketches:
    found = Sketches([], [], [])
    for row in rows:
        wanted, family = drawn(row.number), _family.of(_board.load(row.board))
        solver.forget()
        started = time.process_time()
        made = sketched(wanted.network, wanted.folding, wanted.clock_mhz(family), family.delays, most_adders)
        terms = features_of(made.parts, row.family, family.delays)
        found.ms.append(1000 * (time.process_time() - started))
        found.rows.append(replace(row, terms=terms))
        found.guessed.append(made.guessed)
    return found


def away(rows: Sequence[Row], told: Sketches, guessed: bool) -> dict[str, float]:
    """Within which distance nine of ten lie from what is said of the generated design: logarithms."""
    distances: dict[str, list[float]] = {figure: [] for figure in RELATIVE}
    for row, sketch, is_guessed in zip(rows, told.rows, told.guessed, strict=True):
        if is_guessed == guessed:
            fitted = constants.of(row.family).constants
            one, other = (constants.predict(fitted, terms) for terms in (row.terms, sketch.terms))
            for figure in RELATIVE:
                distances[figure].append(abs(log(max(other[figure], 1.0) / max(one[figure], 1.0))))
    return {figure: float(np.quantile(values, 0.9)) for figure, values in distances.items() if values}
