"""A family's memories and multipliers as Yosys' mapping sees them: sizes and prices of its libraries (0.70)."""

from dataclasses import dataclass

from edgeflow.errors import InputError, did_you_mean
from edgeflow.estimate.memories import Blocks, Cells


@dataclass(frozen=True)
class Device:
    blocks: Blocks
    cells: Cells | None  # memory in LUTs
    multiplier_side: int  # bits of an operand
    narrow_product: int  # products of fewer bits stay in LUTs
    multiplier_units: int  # what one counts as
    multiplier_registers: bool  # whether registers around a multiplier move into it


ECP5 = Device(Blocks((1, 2, 4, 9, 18, 36), 16384, 128, 9), Cells(4, by_width=False), 18, 9, 1, False)
ICE40 = Device(Blocks((2, 4, 8, 16), 4096, 64, 1), None, 16, 11, 1, True)
GOWIN = Device(Blocks((1, 2, 4, 9, 18, 36), 16384, 128, 9), Cells(4, by_width=True), 18, 0, 2, False)

DEVICES = {"ecp5": ECP5, "ice40": ICE40, "gw1n": GOWIN, "gw2a": GOWIN}


def device(family: str) -> Device:
    if family not in DEVICES:
        raise InputError(f'estimate: no "{family}"{did_you_mean(family, DEVICES)}')
    return DEVICES[family]
