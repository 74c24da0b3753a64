"""What a design will take of a device and how fast it will be, before synthesis.

Physical forms (terms.py, paths.py) with constants fitted to routed designs of the same family (fit.py). Cycles are
exact; flip-flops, block memories and multipliers are counted; the rest is predicted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from edgeflow.boards._board import Board
from edgeflow.estimate import constants
from edgeflow.estimate.constants import LIKE, Fitted
from edgeflow.estimate.features import LOGIC_PATH, PATH, features
from edgeflow.rtl.design import Design

FAR = 1.25  # times the corpus' largest is outside
FEW = 30  # designs of a family


@dataclass(frozen=True)
class Estimate:
    """Of the bare core, without board, link or clock."""

    luts: int
    ffs: int
    brams: int
    dsps: int
    latency_cycles: int  # exact
    interval_cycles: int  # exact
    carries: int
    fmax_mhz: float
    within: Mapping[str, tuple[float, float]]  # by field: where nine of ten designs lie
    outside: tuple[str, ...]  # in which no design of the corpus is so large: intervals do not hold


def estimate(design: Design, board: Board) -> Estimate:
    """Raises InputError for a family without constants."""
    return of_terms(features(design, board), board.family, design.latency_cycles, design.interval_cycles)


def of_terms(terms: Mapping[str, float], family: str, latency_cycles: int, interval_cycles: int) -> Estimate:
    fitted = constants.of(family)
    said = constants.predict(fitted.constants, terms)
    whole = {name: round(value) for name, value in said.items() if name != "fmax_mhz"}
    within = {
        name: _around(constants.interval(fitted, name, value), whole.get(name, value)) for name, value in said.items()
    }
    return Estimate(
        **whole,
        fmax_mhz=round(said["fmax_mhz"], 1),
        latency_cycles=latency_cycles,
        interval_cycles=interval_cycles,
        within=within,
        outside=outside(fitted, terms, family),
    )


def _around(ends: tuple[float, float], rounded: float) -> tuple[float, float]:
    """A narrow interval holds the rounded figure, too."""
    return min(ends[0], rounded), max(ends[1], rounded)


def outside(fitted: Fitted, terms: Mapping[str, float], family: str) -> tuple[str, ...]:
    """Terms far beyond the largest of the corpus, the farthest first."""
    beyond = {
        name: value / fitted.most.get(name, 0.0) if fitted.most.get(name) else float("inf")
        for name, value in terms.items()
        if name not in (PATH, LOGIC_PATH) and value > FAR * fitted.most.get(name, 0.0)
    }
    like = (f"family {family}, taken as {LIKE[family]}",) if family in LIKE else ()
    few = (f"a corpus of {fitted.rows} designs of the family",) if fitted.rows < FEW else ()
    return like + few + tuple(sorted(beyond, key=lambda name: -beyond[name]))
