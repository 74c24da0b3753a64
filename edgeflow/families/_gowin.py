"""What Gowin's families share: Yosys, nextpnr-himbaechel, Project Apicula.

A LUT of five to eight inputs is LUT4s joined by multiplexers that cost no LUT. ``luts`` are the places of LUT4s: a
carry takes one, a memory of 16 words eight, of which nextpnr counts four as LUT4s, and a flip-flop that is not fed by
the LUT beside it one to pass through. ``dsps`` are 9 x 9 multipliers, of which one of 18 x 18 is two.
"""

from dataclasses import replace

from edgeflow.boards._board import Board
from edgeflow.families._family import Family
from edgeflow.families._pll import Limits
from edgeflow.families._power import FF_CLOCK, MEMORY, NET, OPERAND, TREE, Power, Range
from edgeflow.families._room import Room
from edgeflow.rtl.delays import Delays
from edgeflow.tools import gowin_pack, nextpnr_gowin
from edgeflow.tools.pyosys import Technology

DSPS = {"MULT9X9": 1, "MULT18X18": 2, "MULT36X36": 8}
SHRINK = 55 / 40  # nm, of the process, against those that the constants come from
AT_55_NM = "times 55 / 40 nm"
NO_FIGURE = "no figure at hand: about half of ECP5's 2.5 to 3.2 uA a LUT, for 55 nm leak less"


def power(volts: float) -> Power:
    """At 55 nm."""
    return Power(
        volts=volts,
        net_pf=NET.scaled(SHRINK, AT_55_NM),
        ff_clock_pf=FF_CLOCK.scaled(SHRINK, AT_55_NM),
        memory_pf=MEMORY.scaled(SHRINK, AT_55_NM),
        operand_pf=OPERAND.scaled(SHRINK, AT_55_NM),
        tree_pf=TREE.scaled(SHRINK, AT_55_NM),
        static_ua=Range(0.25, 1.5, 3.5, NO_FIGURE),
    )


# Link: median of seven placed ones, 1,012 to 1,347 LUTs and 400 to 538 flip-flops. A folded 64-34-10 network routed at
# 93 MHz on a GW1NR-9 and at 151 on a GW2AR-18.
ROOM = Room(
    link_luts=1070,
    link_ffs=500,
    routable={"luts": 0.75, "ffs": 0.75, "brams": 1.0, "dsps": 1.0},
    board_mhz=0.0,  # of each
    clock=0.85,
)
OUTPUT_DIVS = (2, 4, 8, 16, 32, 48, 64, 80, 96, 112, 128)


def family(series: str, pll: Limits, delays: Delays, power: Power, board_mhz: float) -> Family:
    """The family of ``synth_gowin -family <series>``."""
    return Family(
        technology=Technology(f"synth_gowin -family {series}"),
        router=nextpnr_gowin,
        packer=gowin_pack,
        suffix="cst",
        constraints=constraints,
        synthesized={
            "luts": {"LUT[1-4]": 1, "ALU": 1, "RAM16S*": 8},
            "ffs": {"DFF*": 1},
            "brams": {"SP*": 1, "SDP*": 1, "DP*": 1, "pROM*": 1},
            "dsps": DSPS,
        },
        packed={
            "luts": {"LUT4": 1, "ALU": 1, "RAM16S*": 4},
            "ffs": {"DFF": 1},
            "brams": {"BSRAM": 1},
            "dsps": DSPS,
            "carries": {"ALU": 1},
        },
        pll=pll,
        delays=delays,
        power=power,
        room=replace(ROOM, board_mhz=board_mhz),
    )


def constraints(board: Board) -> str:
    """The .cst of a board."""
    lines = []
    for port, pin in board.pins.items():
        drive = f" DRIVE={pin.drive}" if pin.drive else ""
        lines += [
            f'IO_LOC "{port}" {pin.site};',
            f'IO_PORT "{port}" IO_TYPE={pin.io} PULL_MODE={pin.pull}{drive};',
        ]
    return "\n".join([*lines, ""])
