"""Where Yosys puts a memory, and how many cells it takes: the rule of its pass memory_libmap, for our few shapes.

Each way has a price: blocks and cells in LUTs theirs, bits in registers one, bits of constants in logic a sixteenth,
the multiplexers of memories deeper than a cell half a point a bit, and emulation two points for each thing emulated:
here reading the old value while it is overwritten. The cheapest way is taken.
"""

from dataclasses import dataclass
from math import ceil

LOGIC, LUTS, BLOCKS = "logic", "luts", "blocks"
READ_PORT, READ_OLD = 2, 12  # emulation: a port of its own, the old value while a block is written


@dataclass(frozen=True)
class Blocks:
    widths: tuple[int, ...]
    bits: int  # at the narrowest width
    price: float
    byte: int  # words of written ones fill whole bytes


@dataclass(frozen=True)
class Cells:
    """Memory in LUTs: 16 words of 4 bits each."""

    price: float
    by_width: bool  # parts of a cell are priced as parts


@dataclass(frozen=True)
class Mapped:
    where: str
    cells: int = 0  # blocks, or memory cells of LUTs
    multiplexed: int = 0  # bits chosen among cells


def place(
    rows: int, width: int, written: bool, blocks: Blocks, cells: Cells | None, forced: bool = False, away: int = 0
) -> Mapped:
    """A memory with one port that reads in a clock cycle; ``forced``: marked for blocks; ``away``: bits that nobody
    reads come before the ``width`` that somebody does, and may make them touch one block more."""
    if not width:
        return Mapped(LOGIC)
    price, block = _in_blocks(rows, width, written, blocks, away)
    if forced:
        return block
    ways = [(rows * width / (1 if written else 16), Mapped(LOGIC))]
    if cells and written:
        ways.append(_in_luts(rows, width, cells))
    ways.append((price, block))
    return min(ways, key=lambda way: way[0])[1]


def _in_blocks(rows: int, width: int, written: bool, blocks: Blocks, away: int) -> tuple[float, Mapped]:
    ways = []
    for i, unit in enumerate(blocks.widths):
        deep = ceil(rows / (blocks.bits // blocks.widths[0] >> i))
        byte = min(blocks.byte, unit) if written else 1
        padded = ceil((away % unit + width) / byte) * byte
        count, multiplexed = ceil(deep * padded / unit), (deep - 1) * width
        price = blocks.price * count + 0.5 * multiplexed + READ_PORT + written * READ_OLD
        price += 0.5 * deep if written and deep > 1 else 0
        ways.append((price, Mapped(BLOCKS, count, multiplexed)))
    return min(ways, key=lambda way: way[0])


def _in_luts(rows: int, width: int, cells: Cells) -> tuple[float, Mapped]:
    deep = ceil(rows / 16)
    count, multiplexed = deep * ceil(width / 4), (deep - 1) * width
    price = cells.price * (deep * width / 4 if cells.by_width else count) + 0.5 * multiplexed + READ_PORT
    price += 0.5 * deep if deep > 1 else 0
    return price, Mapped(LUTS, count, multiplexed)
