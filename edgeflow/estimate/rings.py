"""The rings of pixels that ef_window keeps: one for each tap of each pixel; synthesis drops what nobody reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from edgeflow.estimate.tables import rows_of
from edgeflow.rtl.design import Part

Place = tuple[int, ...]  # which pixel of a word, and the tap's offset in every group


@dataclass(frozen=True)
class Ring:
    reads: tuple[int, ...]  # bits of each lane
    lane_bits: int
    offset: bool  # whether its tap is anywhere but where the window begins

    @property
    def bits(self) -> int:
        """Of a word that are read."""
        return sum(self.reads)

    @property
    def away(self) -> int:
        """Of the first lane that is, in bits from the word's end."""
        return next(i for i, one in enumerate(self.reads) if one) * self.lane_bits

    def __or__(self, other: "Ring") -> "Ring":
        reads = tuple(max(pair) for pair in zip(self.reads, other.reads, strict=True))
        return Ring(reads, self.lane_bits, self.offset)


def rings(part: Part) -> list[tuple[Place, Ring]]:
    """The ring of every tap that somebody reads, and where it reads."""
    n = part.numbers
    address = n["AddressWidth"]
    rows, mask = rows_of(part.tables["TapFile"]), (1 << address) - 1
    found = []
    for copy, own in enumerate(reads_of(part)):
        pixel, tap = divmod(copy, n["Taps"])
        column = pixel * n["StepX"] + tap % n["KernelWidth"] * n["DilationX"] + n["InPixels"] * n["PadX"] - n["PadX"]
        place = (column % n["InPixels"], *(row >> (copy * address) & mask for row in rows))
        if any(own):
            found.append((place, Ring(own, n["XWidth"], any(place[1:]))))
    return found


def merged(rings: Sequence[tuple[Place, Ring]]) -> list[Ring]:
    """One of those that read the same places, as windows of a beat do where they overlap."""
    found: dict[Place, Ring] = {}
    for place, ring in rings:
        found[place] = found[place] | ring if place in found else ring
    return list(found.values())


def reads_of(part: Part) -> list[tuple[int, ...]]:
    """Of each copy's lanes the bits that somebody reads."""
    n = part.numbers
    lanes, copies = n["Lanes"], n["Pixels"] * n["Taps"]
    reads = part.reads if len(part.reads) == copies * lanes else (n["XWidth"],) * (copies * lanes)
    return [reads[copy * lanes : (copy + 1) * lanes] for copy in range(copies)]
