"""The rings of pixels that ef_window keeps: one for each tap of each pixel; synthesis drops what nobody reads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edgeflow.estimate.tables import rows_of
from edgeflow.rtl.design import Part


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


def rings(part: Part) -> list[list[Ring]]:
    """The ring of every tap that somebody reads, those together that read the same places, as windows of a beat do
    where they overlap."""
    n = part.numbers
    address = n["AddressWidth"]
    rows, mask = rows_of(part.tables["TapFile"]), (1 << address) - 1
    found: dict[tuple[int, ...], list[Ring]] = {}
    for copy, own in enumerate(reads_of(part)):
        pixel, tap = divmod(copy, n["Taps"])
        column = pixel * n["StepX"] + tap % n["KernelWidth"] * n["DilationX"] + n["InPixels"] * n["PadX"] - n["PadX"]
        offsets = [row >> (copy * address) & mask for row in rows]  # in every group of channels
        if any(own):
            ring = Ring(own, n["XWidth"], any(offsets))
            found.setdefault((column % n["InPixels"], *offsets), []).append(ring)
    return list(found.values())


def merged(copies: Sequence[Ring]) -> Ring:
    """One ring for several."""
    reads = tuple(max(own) for own in zip(*(ring.reads for ring in copies), strict=True))
    return replace(copies[0], reads=reads)


def reads_of(part: Part) -> list[tuple[int, ...]]:
    """Of each copy's lanes the bits that somebody reads."""
    n = part.numbers
    lanes, copies = n["Lanes"], n["Pixels"] * n["Taps"]
    reads = part.reads if len(part.reads) == copies * lanes else (n["XWidth"],) * (copies * lanes)
    return [reads[copy * lanes : (copy + 1) * lanes] for copy in range(copies)]
