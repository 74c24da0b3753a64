"""A design as numbers: the terms of its parts, and what bounds its clock."""

from collections import Counter
from collections.abc import Sequence

from edgeflow.boards._board import Board
from edgeflow.estimate.counting import FFS, FIRST, LONE, Terms
from edgeflow.estimate.devices import Device, device
from edgeflow.estimate.paths import paths_ns
from edgeflow.estimate.terms import terms_of
from edgeflow.families import _family
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.design import LOGIC, Design, Part

LOSES_NOTHING = ("ef_upsize", "ef_window")  # what nobody reads of it is shifted all the same, or left out already
ENDS_PAST_MEMORY = ("ef_window", "ef_permute")


def features(design: Design, board: Board) -> dict[str, float]:
    return features_of(design.parts, board.family, _family.of(board).delays)


def features_of(parts: Sequence[Part], family: str, delays: Delays) -> dict[str, float]:
    found = _terms(parts, device(family))
    named = {name: float(value) for name, value in found.items() if value}
    return named | paths_ns(parts, delays, device(family))


def _terms(parts: Sequence[Part], target: Device) -> Terms:
    """Of all parts, less what a part's neighbours save: registers that nobody reads, LUTs that find a register."""
    found: Terms = Counter()
    ends_in_luts, hidden = False, 0  # bits that a pipeline leaves unused and its windows leave out already
    for before, part in zip((None, *parts[:-1]), parts, strict=True):
        terms = terms_of(part, target)
        hidden += _unread(part)
        if part.module == LOGIC:
            if before and before.module not in LOSES_NOTHING:
                terms[FFS] -= max(0, part.numbers["unused"] - hidden)
            hidden = 0
        terms[LONE] -= terms.pop(FIRST, 0) * ends_in_luts
        past = terms["bypass"] and part.module in ENDS_PAST_MEMORY
        ends_in_luts = part.module == LOGIC or bool(terms["masked"] or past)
        found.update(terms)
    return found


def _unread(part: Part) -> int:
    """Bits of windows that nobody reads."""
    return part.numbers["XWidth"] * len(part.reads) - sum(part.reads) if part.module == "ef_window" else 0
