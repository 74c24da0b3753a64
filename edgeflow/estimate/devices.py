"""A family's memories and multipliers as Yosys' mapping sees them: sizes and prices of its libraries (0.70)."""

from dataclasses import dataclass

from edgeflow.errors import InputError, did_you_mean
from edgeflow.estimate.memories import Blocks, Cells


@dataclass(frozen=True)
class Device:
    blocks: Blocks
    cells: Cells | None  # memory in LUTs
    multiplier_side: int  # bits of an operand
    least_side: int  # products of an operand of fewer bits stay in LUTs, as do those
    least_product: int  # that have fewer bits themselves
    multiplier_units: int  # what one counts as
    multiplier_registers: bool  # whether registers around a multiplier move into it
    inverts: bool  # whether an adder's cell turns an operand round by itself


ECP5 = Device(Blocks((1, 2, 4, 9, 18, 36), 16384, 128, 9), Cells(4, by_width=False), 18, 2, 9, 1, False, True)
ICE40 = Device(Blocks((2, 4, 8, 16), 4096, 64, 1), None, 16, 2, 11, 1, True, False)
GOWIN = Device(Blocks((1, 2, 4, 9, 18, 36), 16384, 128, 9), Cells(4, by_width=True), 18, 4, 0, 2, False, True)

DEVICES = {"ecp5": ECP5, "ice40": ICE40, "gw1n": GOWIN, "gw2a": GOWIN}


def device(family: str) -> Device:
    if family not in DEVICES:
        raise InputError(f'estimate: no "{family}"{did_you_mean(family, DEVICES)}')
    return DEVICES[family]
