"""What ef_window is made of: where rows, columns and taps lie, which rings of pixels are kept, which taps masked."""

from collections import Counter
from dataclasses import dataclass

from edgeflow.estimate.counting import FFS, LONE, Terms, add, bits, count, memory
from edgeflow.estimate.devices import Device
from edgeflow.estimate.tables import different, rom, rows_of, set_in, varying
from edgeflow.rtl.design import Part


@dataclass(frozen=True)
class Ring:
    bits: int  # of a word that are read
    away: int  # of the first that is, from the word's end
    offset: bool  # whether its tap is anywhere but where the window begins


PLACES = ("Rows", "Columns", "ChannelGroups", "TapGroups", "Repeats")


def window(part: Part, device: Device) -> Terms:
    n, found = part.numbers, _position(part, device)
    for name in ("RowFile", "ColumnFile", "TapFile"):  # Yosys moves the index' register behind the table
        found["rom"] += rom(part.tables[name])
        found[FFS] += different(part.tables[name])
    masks = _masks(part)
    found[FFS] += masks
    if masks or n["TapGroups"] & (n["TapGroups"] - 1):  # no power of two: some index is none
        reads = _reads(part)
        copies = sum(any(own) for own in reads)
        found[FFS] += 2 * copies
        found[LONE] += copies
        found["masked"] += sum(map(sum, reads))
        found["inside"] += copies * n["TapGroups"]
    rings = _rings(part)
    _addresses(found, part, [ring.offset for ring in rings])
    for (width, away), alike in Counter((ring.bits, ring.away) for ring in rings).items():
        memory(found, device, 1 << n["AddressWidth"], width, written=True, copies=alike, away=away)
    return found


def _position(part: Part, device: Device) -> Terms:
    """Words written and needed, and where the next window lies."""
    n = part.numbers
    address = n["AddressWidth"]
    wide = address + 2  # counts words
    frame = wide - _zeros(n["FrameWords"])
    found: Terms = Counter({"windows": 1, FFS: frame + 3 * wide + 3 + wide + address, LONE: wide})
    for name in PLACES:
        count(found, max(1, bits(n[name])))
        found[FFS] += max(1, bits(n[name]))
    add(found, wide, 3)  # written; the room that is left; what is ahead
    add(found, frame)
    found["inverted"] += 2 * wide * (not device.inverts)
    row, column = part.tables["RowFile"], part.tables["ColumnFile"]
    add(found, wide, set_in(row, 2 * wide, wide))
    for lowest, width in ((wide, wide), (0, address)):
        both = set_in(row, lowest, width), set_in(column, lowest, width)
        add(found, width, sum(both))
        found["position"] += width * all(both)  # a sum of three
    return found


def _addresses(found: Terms, part: Part, offsets: list[bool]) -> None:
    """Of each ring: the window's, the tap's offset, the group of channels."""
    address, grouped = part.numbers["AddressWidth"], part.numbers["ChannelGroups"] > 1
    found[FFS] += len(offsets) * address
    for offset in offsets:
        add(found, address, offset + grouped)
        found["address"] += address * (offset and grouped)
        found[LONE] += address * (not offset and not grouped)


def _rings(part: Part) -> list[Ring]:
    """The copies of the ring that synthesis keeps: none of what nobody reads, one of those that read the same places,
    as windows of a beat do where they overlap."""
    n = part.numbers
    address = n["AddressWidth"]
    rows, mask = rows_of(part.tables["TapFile"]), (1 << n["AddressWidth"]) - 1
    seen: dict[tuple[int, ...], list[int]] = {}
    for copy, own in enumerate(_reads(part)):
        pixel, tap = divmod(copy, n["Taps"])
        column = pixel * n["StepX"] + tap % n["KernelWidth"] * n["DilationX"] + n["InPixels"] * n["PadX"] - n["PadX"]
        place = (column % n["InPixels"], *(row >> (copy * address) & mask for row in rows))
        seen[place] = [max(pair) for pair in zip(seen.get(place, own), own, strict=True)]
    return [
        Ring(sum(kept), next(i for i, one in enumerate(kept) if one) * n["XWidth"], any(place[1:]))
        for place, kept in seen.items()
        if sum(kept)
    ]


def _reads(part: Part) -> list[tuple[int, ...]]:
    """Of each copy's lanes the bits that somebody reads."""
    n = part.numbers
    lanes, copies = n["Lanes"], n["Pixels"] * n["Taps"]
    reads = part.reads if len(part.reads) == copies * lanes else (n["XWidth"],) * (copies * lanes)
    return [reads[copy * lanes : (copy + 1) * lanes] for copy in range(copies)]


def _masks(part: Part) -> int:
    """Varying bits of rows' and columns' masks of taps; none if all lie inside always."""
    wide = part.numbers["AddressWidth"] + 2
    return varying(part.tables["RowFile"], 3 * wide) + varying(part.tables["ColumnFile"], 2 * wide)


def _zeros(value: int) -> int:
    """Trailing ones of a count that never change."""
    return (value & -value).bit_length() - 1
