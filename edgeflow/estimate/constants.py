"""The fitted constants that ship, and what they say of a design's terms."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from math import exp
from pathlib import Path

from edgeflow.errors import InputError

SHIPPED = Path(__file__).parent / "constants.json"
FLOORS = ("brams", "dsps")  # whole blocks: exact, or off by some
LIKE = {"gw2a": "gw1n"}  # families without designs of their own in the corpus: the same cells, faster


@dataclass(frozen=True)
class Constants:
    """What terms cost, added up."""

    luts: Mapping[str, float]
    carries: Mapping[str, float]
    ffs: float  # found for each one counted
    speed: Mapping[str, float]  # by kind of path: its share of the period that paths.py says; the longest is the period


@dataclass(frozen=True)
class Fitted:
    constants: Constants
    spread: Mapping[str, float]  # by figure: nine of ten designs lie so near (fit.py)
    most: Mapping[str, float]  # of each term in the corpus: its hull
    rows: int


def predict(constants: Constants, terms: Mapping[str, float]) -> dict[str, float]:
    period = max(share * terms.get(kind, 0.0) for kind, share in constants.speed.items())
    return {
        "luts": _sum(constants.luts, terms),
        "ffs": constants.ffs * terms.get("ffs", 0.0),
        "carries": _sum(constants.carries, terms),
        "brams": terms.get("brams", 0.0),
        "dsps": terms.get("dsps", 0.0),
        "fmax_mhz": 1000 / period,
    }


def interval(fitted: Fitted, figure: str, value: float) -> tuple[float, float]:
    by = fitted.spread[figure]
    if figure in FLOORS:
        return max(0.0, value - by), value + by
    return value / exp(by), value * exp(by)


def save(fitted: Mapping[str, Fitted], path: Path = SHIPPED) -> None:
    path.write_text(json.dumps({family: asdict(one) for family, one in fitted.items()}, indent=1) + "\n")


@cache
def load(path: Path = SHIPPED) -> dict[str, Fitted]:
    data = json.loads(path.read_text())
    return {family: Fitted(**one | {"constants": Constants(**one["constants"])}) for family, one in data.items()}


def of(family: str) -> Fitted:
    """Raises InputError for a family that the corpus has too few designs of."""
    found = load().get(LIKE.get(family, family))
    if found is None:
        raise InputError(f"estimate: the corpus knows {', '.join(load())}, not {family}; edgeflow calibrate adds to it")
    return found


def _sum(costs: Mapping[str, float], terms: Mapping[str, float]) -> float:
    return sum(cost * terms.get(name, 0.0) for name, cost in costs.items())
