"""What modules have in common, counted: adders, counters, memories, multipliers. Terms add up; fit.py prices them."""

from collections import Counter
from math import ceil

from edgeflow.estimate import memories
from edgeflow.estimate.devices import Device
from edgeflow.estimate.tables import rom

Terms = Counter[str]
FFS, BRAMS, DSPS = "ffs", "brams", "dsps"
LONE = "lone"  # flip-flops that no LUT of their own feeds
FIRST = "first"  # those of them that take what comes as it comes
NO_CHAIN = 2  # an adder of so many bits needs none


def bits(values: int) -> int:
    """Of a counter over so many; none for one."""
    return (values - 1).bit_length()


def add(found: Terms, width: int, times: int = 1) -> None:
    """Adders of a width, in logic."""
    if width > NO_CHAIN:
        found["chain"] += times * width
        found["chains"] += times
    else:
        found["small"] += times * width


def count(found: Terms, width: int) -> None:
    """A counter: its adder, and what tells the end and starts it again."""
    found["counter"] += width
    add(found, width)


def multiply(found: Terms, x: int, w: int, y: int, times: int, device: Device) -> None:
    """Products of which ``y`` bits matter: in multipliers, or in LUTs where they are too narrow for one."""
    if min(x, w) < device.least_side or y < device.least_product:
        found["narrow"] += times * x * w
        found["narrows"] += times
    else:
        found[DSPS] += times * _multipliers(x, w, device)
        found["multiplied"] += times


def memory(
    found: Terms,
    device: Device,
    rows: int,
    width: int,
    written: bool,
    forced: bool = False,
    copies: int = 1,
    registered: bool = True,
    used: int | None = None,
    text: str | None = None,
    away: int = 0,
) -> None:
    """Add ``copies`` of a memory whose output is a register: its own in a block, flip-flops elsewhere.

    ``width`` bits of a word are read, from bit ``away`` on.
    """
    mapped = memories.place(rows, width, written, device.blocks, device.cells, forced, away)
    found["multiplexed"] += copies * mapped.multiplexed
    match mapped.where:
        case memories.BLOCKS:
            found[BRAMS] += copies * mapped.cells
            if written:  # the write a cycle late, and past the block what it overwrites
                address = bits(rows)
                found[FFS] += address + width + 1 + width + copies
                found[LONE] += address + width + width
                found[FIRST] += width
                found["bypass"] += copies * width
                found["bypasses"] += copies * address
            if mapped.multiplexed:
                found[FFS] += copies
        case memories.LUTS:
            found["lutram"] += copies * mapped.cells
            found[FFS] += copies * width * registered
            found[LONE] += copies * width * (registered and not mapped.multiplexed)
            found["lutrams"] += copies
        case _ if written:
            kept = (used or rows) * width
            found[FFS] += kept + copies * width * registered
            found[LONE] += kept
            found["kept"] += copies * kept
        case _:
            found[FFS] += width
            found["rom"] += rom(text) if text else 0


def _multipliers(x: int, w: int, device: Device) -> int:
    if device.multiplier_units > 1 and max(x, w) <= 9:
        return 1
    return ceil(x / device.multiplier_side) * ceil(w / device.multiplier_side) * device.multiplier_units
