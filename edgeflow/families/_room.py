"""How much of a part a network may take at the first try: each family's own figures, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    link_luts: int  # of the serial link, before what its beats take
    link_ffs: int
    routable: Mapping[str, float]  # share of each resource of the part, by the names in a board's budget
    clock: float  # share of the core's estimated Fmax to ask for
    board_mhz: float  # and no more than whole boards, link and all, have routed at
    link_brams: int = 0  # where its frames do not go to LUTs
    lone_ffs: float = 0.0  # share of the link's that take a logic cell without a LUT of theirs, counted as a LUT
