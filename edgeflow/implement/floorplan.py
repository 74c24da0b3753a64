"""Where each layer's cells lie on the die: ``floorplan(...)`` gives a map of letters, one a tile.

A cell belongs to the unit that its name lies in. Yosys names a cell by a wire that it drives, so what drives a wire
between two units stands under ``BETWEEN``.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from edgeflow.boards._board import Die
from edgeflow.families._family import Family

EMPTY, FIXED = ".", "#"  # tiles: nothing; pins, clocks and other cells of fixed places
BETWEEN, LINK, OTHERS = "between layers", "link and clock", "other layers"
MOST = 8  # owners that a reader can tell apart
PLACE = re.compile(r"X(\d+)/?Y(\d+)/")
UNIT = re.compile(r"\bu_core\.u_design\.(?:u_(\d+)\.)?")


@dataclass(frozen=True)
class Floorplan:
    owners: tuple[str, ...]  # of the letters a, b, ...; capitals are their block memories and multipliers
    rows: tuple[str, ...]  # as nextpnr counts tiles: row 0, column 0 first


@dataclass(frozen=True)
class _Cell:
    column: int
    row: int
    owner: str
    block: bool  # a block memory or a multiplier; else a LUT or a flip-flop
    fixed: bool  # neither


def read(placed: Path, units: Sequence[str], family: Family, die: Die) -> Floorplan:
    """Of a netlist that nextpnr wrote; ``units`` are the design's."""
    return floorplan(json.loads(placed.read_text())["modules"]["top"]["cells"], units, family, die)


def floorplan(cells: Mapping[str, Any], units: Sequence[str], family: Family, die: Die) -> Floorplan:
    """Each tile gets the letter of who has most cells there; of equals, of who comes first in the design."""
    found = list(_placed(cells, units, family))
    owners = _owners(found, units)
    letters = {owner: chr(ord("a") + i) for i, owner in enumerate(owners)}
    tiles: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for cell in found:
        letter = letters.get(cell.owner, letters.get(OTHERS, FIXED))
        tiles[cell.row, cell.column][FIXED if cell.fixed else letter.upper() if cell.block else letter] += 1
    return Floorplan(
        owners,
        tuple("".join(_letter(tiles[row, column]) for column in range(die.columns)) for row in range(die.rows)),
    )


def _placed(cells: Mapping[str, Any], units: Sequence[str], family: Family) -> Iterator[_Cell]:
    blocks, logic = _kinds(family, "brams", "dsps"), _kinds(family, "luts", "ffs")
    for name, cell in cells.items():
        place = PLACE.match(cell["attributes"].get("NEXTPNR_BEL", ""))
        if place:
            block = _is_one(cell["type"], blocks)
            fixed = not block and not _is_one(cell["type"], logic)
            yield _Cell(int(place[1]), int(place[2]), _owner(name, units), block, fixed)


def _kinds(family: Family, *resources: str) -> set[str]:
    return {kind for of in (family.synthesized, family.packed) for resource in resources for kind in of[resource]}


def _is_one(kind: str, patterns: set[str]) -> bool:
    return any(fnmatch(kind, pattern) for pattern in patterns)


def _owner(name: str, units: Sequence[str]) -> str:
    found = UNIT.search(name)
    if not found:
        return LINK
    return (units[int(found[1])] if found[1] else "") or BETWEEN


def _owners(cells: Sequence[_Cell], units: Sequence[str]) -> tuple[str, ...]:
    """Those with most cells in the design's order; the smallest become one where there are too many."""
    counts = Counter(cell.owner for cell in cells if not cell.fixed)
    order = [owner for owner in dict.fromkeys((*units, BETWEEN, LINK)) if owner in counts]
    if len(order) > MOST:
        layers = [owner for owner in order if owner not in (BETWEEN, LINK)]
        largest = sorted(layers, key=lambda owner: -counts[owner])[: MOST - 3]
        order = [*(owner for owner in layers if owner in largest), OTHERS, BETWEEN, LINK]
    return tuple(order)


def _letter(counts: Counter[str]) -> str:
    """Logic and memories before what only has its place there."""
    return min(counts, key=lambda letter: (letter == FIXED, -counts[letter], letter), default=EMPTY)
