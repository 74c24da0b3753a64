"""What a hardware unit costs, before synthesis: physical forms that add up."""

from dataclasses import dataclass
from math import ceil

BRAM_SHAPES = ((1, 16384), (2, 8192), (4, 4096), (9, 2048), (18, 1024), (36, 512))  # ECP5 DP16KD, FPGA-TN-02204
BRAM_WIDTH = 36
LUTRAM_WIDTH, LUTRAM_DEPTH, LUTRAM_LUTS = 4, 16, 4  # TRELLIS_DPR16X4 takes two slices


@dataclass(frozen=True)
class Cost:
    luts: int = 0
    ffs: int = 0
    brams: int = 0
    dsps: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.luts + other.luts, self.ffs + other.ffs, self.brams + other.brams, self.dsps + other.dsps)

    def __mul__(self, copies: int) -> "Cost":
        return Cost(self.luts * copies, self.ffs * copies, self.brams * copies, self.dsps * copies)


def block_rom(rows: int, width: int) -> Cost:
    """A memory in blocks of the shape that takes the fewest."""
    return Cost(brams=min(ceil(width / w) * ceil(rows / depth) for w, depth in BRAM_SHAPES))


def lut_ram(rows: int, width: int) -> Cost:
    """A small memory in LUTs with a registered read; a block where that is smaller."""
    luts = ceil(width / LUTRAM_WIDTH) * ceil(rows / LUTRAM_DEPTH) * LUTRAM_LUTS
    return Cost(luts=luts, ffs=width) if luts <= 64 * ceil(width / BRAM_WIDTH) else block_rom(rows, width)


def counter(bits: int) -> Cost:
    return Cost(luts=2 * bits + 1, ffs=bits)
