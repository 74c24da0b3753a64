"""A design as numbers: the terms of its parts, and what bounds its clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log

from edgeflow.boards._board import Board
from edgeflow.estimate.counting import FFS, FIRST, LONE, Terms
from edgeflow.estimate.devices import Device, device
from edgeflow.estimate.paths import path_ns
from edgeflow.estimate.terms import terms_of
from edgeflow.families import _family
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.design import LOGIC, Design, Part

LOSES_NOTHING = ("ef_upsize", "ef_window")  # what nobody reads of it is shifted all the same, or left out already
ENDS_PAST_MEMORY = ("ef_window", "ef_permute")
PATH, LOGIC_PATH = "path_ns", "logic_ns"


def features(design: Design, board: Board) -> dict[str, float]:
    return features_of(design.parts, board.family, _family.of(board).delays)


def features_of(parts: Sequence[Part], family: str, delays: Delays) -> dict[str, float]:
    found = _terms(parts, device(family))
    named = {name: float(value) for name, value in found.items() if value}
    paths = [path_ns(part, delays) for part in parts if part.module != LOGIC]
    logic = [path_ns(part, delays) for part in parts if part.module == LOGIC]
    return named | {
        PATH: round(delays.register_ns + max(paths, default=0.0), 3),
        LOGIC_PATH: round(delays.register_ns + max(logic, default=0.0), 3),
    }


def _terms(parts: Sequence[Part], target: Device) -> Terms:
    """Of all parts, less what a part's neighbours save: registers that nobody reads, LUTs that find a register."""
    found: Terms = Counter()
    ends_in_luts = False
    for before, part, after in zip((None, *parts[:-1]), parts, (*parts[1:], None), strict=True):
        read = after.reads if after and part.module == "ef_window" else part.reads
        terms = terms_of(replace(part, reads=read), target)
        if before and part.module == LOGIC and before.module not in LOSES_NOTHING:
            terms[FFS] -= part.numbers["unused"]
        terms[LONE] -= terms.pop(FIRST, 0) * ends_in_luts
        past = terms["bypass"] and part.module in ENDS_PAST_MEMORY
        ends_in_luts = part.module == LOGIC or bool(terms["masked"] or past)
        found.update(terms)
    return found


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
