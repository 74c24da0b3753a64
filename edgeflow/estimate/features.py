"""A design as numbers: the terms of its parts, and what bounds its clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log

from edgeflow.boards._board import Board
from edgeflow.estimate.devices import device
from edgeflow.estimate.paths import path_ns
from edgeflow.estimate.terms import terms_of
from edgeflow.families import _family
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.design import LOGIC, Design, Part

COUNTED = ("ef_upsize", "ef_window")  # values that nobody reads are shifted all the same, or left out already
PATH, LOGIC_PATH = "path_ns", "logic_ns"


def features(design: Design, board: Board) -> dict[str, float]:
    return features_of(design.parts, board.family, _family.of(board).delays)


def features_of(parts: Sequence[Part], family: str, delays: Delays) -> dict[str, float]:
    found: Counter[str] = Counter()
    for part, after in zip(parts, (*parts[1:], None), strict=True):
        read = after.reads if after and part.module == "ef_window" else part.reads
        found.update(terms_of(replace(part, reads=read), device(family)))
        if part.module in COUNTED and after and after.module == LOGIC:
            found["ffs"] += after.numbers["unused"]
    named = {name: float(value) for name, value in found.items() if value}
    paths = [path_ns(part, delays) for part in parts if part.module != LOGIC]
    logic = [path_ns(part, delays) for part in parts if part.module == LOGIC]
    return named | {
        PATH: round(delays.register_ns + max(paths, default=0.0), 3),
        LOGIC_PATH: round(delays.register_ns + max(logic, default=0.0), 3),
    }


def speed_features(terms: Mapping[str, float], luts: float) -> list[float]:
    """What the logarithm of a clock's period is a sum of."""
    slowest = max(terms[PATH], terms[LOGIC_PATH])
    return [
        1.0,
        log(slowest),
        log(terms[PATH]),
        log(max(luts, 10.0)),
        float(terms.get("dsps", 0) > 0),
        float(terms.get("windows", 0) > 0),
        float(terms.get("brams", 0) > 0),
    ]
