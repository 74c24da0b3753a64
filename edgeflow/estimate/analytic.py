"""What a design will take of a device and how fast it will be, before synthesis.

Physical forms (terms.py, paths.py) with constants fitted to routed designs of the same family (fit.py). Cycles are
exact; flip-flops, block memories and multipliers are counted; the rest is predicted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

from edgeflow.boards._board import Board
from edgeflow.estimate import constants
from edgeflow.estimate.constants import FLOORS, LIKE, Fitted
from edgeflow.estimate.features import features, features_of
from edgeflow.estimate.paths import KINDS
from edgeflow.estimate.sketch import sketched
from edgeflow.families import _family
from edgeflow.network.network import Network
from edgeflow.rtl.design import Design, Part
from edgeflow.rtl.shapes import Folding

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


@dataclass(frozen=True)
class Sketch:
    """Of what was not generated: the same but for the latency."""

    luts: int
    ffs: int
    brams: int
    dsps: int
    interval_cycles: int  # exact
    carries: int
    fmax_mhz: float
    within: Mapping[str, tuple[float, float]]
    outside: tuple[str, ...]


@dataclass(frozen=True)
class Guess(Sketch):
    """Some of whose logic is told from weights alone, so that intervals are wide."""


# By how much intervals of sketches are wider, logarithms and blocks: of composed ones so that nine of ten hold, of
# guessed ones what nine of ten lie from the generated design's estimate. make bench-estimator shows both.
COMPOSED = {"luts": 0.02, "ffs": 0.02, "carries": 0.02, "fmax_mhz": 0.0, "brams": 0.0, "dsps": 0.0}
GUESSED = {"luts": 0.47, "ffs": 0.72, "carries": 0.47, "fmax_mhz": 0.08, "brams": 0.0, "dsps": 0.0}


def sketch(network: Network, folding: Folding, clock_mhz: float, board: Board) -> Sketch:
    """An estimate in a fraction of the time that generating takes. Raises InputError for a shape that fits no layer."""
    made = sketched(network, folding, clock_mhz, _family.of(board).delays)
    found, wider = of_parts(made.parts, made.interval_cycles, board), GUESSED if made.guessed else COMPOSED
    within = {name: widened(name, ends, wider[name]) for name, ends in found.within.items()}
    return (Guess if made.guessed else Sketch)(**vars(replace(found, within=within)))


def of_parts(parts: Sequence[Part], interval_cycles: int, board: Board) -> Sketch:
    """Of parts that are no design."""
    return _priced(features_of(parts, board.family, _family.of(board).delays), board.family, interval_cycles)


def widened(name: str, ends: tuple[float, float], by: float) -> tuple[float, float]:
    """An interval of figure ``name``, wider by a logarithm, or by blocks."""
    if name in FLOORS:
        return max(0.0, ends[0] - by), ends[1] + by
    return ends[0] / exp(by), ends[1] * exp(by)


def estimate(design: Design, board: Board) -> Estimate:
    """Raises InputError for a family without constants."""
    return of_terms(features(design, board), board.family, design.latency_cycles, design.interval_cycles)


def of_terms(terms: Mapping[str, float], family: str, latency_cycles: int, interval_cycles: int) -> Estimate:
    return Estimate(latency_cycles=latency_cycles, **vars(_priced(terms, family, interval_cycles)))


def _priced(terms: Mapping[str, float], family: str, interval_cycles: int) -> Sketch:
    fitted = constants.of(family)
    said = constants.predict(fitted.constants, terms)
    whole = {name: round(value) for name, value in said.items() if name != "fmax_mhz"}
    within = {
        name: _around(constants.interval(fitted, name, value), whole.get(name, value)) for name, value in said.items()
    }
    return Sketch(
        **whole,
        fmax_mhz=round(said["fmax_mhz"], 1),
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
        if name not in KINDS and value > FAR * fitted.most.get(name, 0.0)
    }
    like = (f"family {family}, taken as {LIKE[family]}",) if family in LIKE else ()
    few = (f"a corpus of {fitted.rows} designs of the family",) if fitted.rows < FEW else ()
    return like + few + tuple(sorted(beyond, key=lambda name: -beyond[name]))
