"""What ef_window is made of: where rows, columns and taps lie, how its rings are kept, which taps are masked."""

from collections import Counter

from edgeflow.estimate.counting import FFS, LONE, Terms, add, bits, count, memory
from edgeflow.estimate.devices import Device
from edgeflow.estimate.memories import BLOCKS, place
from edgeflow.estimate.rings import Ring, merged, reads_of, rings
from edgeflow.estimate.tables import different, rom, set_in, varying
from edgeflow.rtl.design import Part

PLACES = ("Rows", "Columns", "ChannelGroups", "TapGroups", "Repeats")


def window(part: Part, device: Device) -> Terms:
    n, found = part.numbers, _position(part, device)
    for name in ("RowFile", "ColumnFile", "TapFile"):  # Yosys moves the index' register behind the table
        found["rom"] += rom(part.tables[name])
        found[FFS] += different(part.tables[name])
    _masked(found, part)
    kept = list[Ring]()
    places = rings(part)
    _addresses(found, part, [copies[0].offset for copies in places])
    for copies in places:  # Yosys merges equal memories in LUTs and registers, but not equal blocks
        once = merged(copies)
        kept += copies if _in_blocks(once, part, device) else [once]
    for (width, away), alike in Counter((ring.bits, ring.away) for ring in kept).items():
        memory(found, device, 1 << n["AddressWidth"], width, written=True, copies=alike, away=away)
    return found


def _masked(found: Terms, part: Part) -> None:
    """Taps outside the image, or of a group that has none, are zero."""
    groups, masks = part.numbers["TapGroups"], _masks(part)
    found[FFS] += masks
    if masks or groups & (groups - 1):  # no power of two: some index is none
        reads = reads_of(part)
        copies = sum(any(own) for own in reads)
        found[FFS] += 2 * copies
        found[LONE] += copies
        found["masked"] += sum(map(sum, reads))
        found["inside"] += copies * groups


def _in_blocks(ring: Ring, part: Part, device: Device) -> bool:
    rows = 1 << part.numbers["AddressWidth"]
    return place(rows, ring.bits, True, device.blocks, device.cells, away=ring.away).where == BLOCKS


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


def _masks(part: Part) -> int:
    """Varying bits of rows' and columns' masks of taps; none if all lie inside always."""
    wide = part.numbers["AddressWidth"] + 2
    return varying(part.tables["RowFile"], 3 * wide) + varying(part.tables["ColumnFile"], 2 * wide)


def _zeros(value: int) -> int:
    """Trailing ones of a count that never change."""
    return (value & -value).bit_length() - 1
