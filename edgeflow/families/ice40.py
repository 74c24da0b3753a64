"""Lattice iCE40 UltraPlus: Yosys, nextpnr-ice40, Project IceStorm.

A logic cell is a LUT, a carry and a flip-flop, so ``luts`` are logic cells. Products go to SB_MAC16. Weights lie in
SB_RAM40_4K alone, for SB_SPRAM256KA has no initial content; Yosys takes it for large memories with one port.
"""

from edgeflow.boards._board import Board, Pull
from edgeflow.families._family import Family
from edgeflow.families._pll import Limits, mhz
from edgeflow.families._room import Room
from edgeflow.rtl.delays import ICE40_UP
from edgeflow.tools import icepack, nextpnr_ice40
from edgeflow.tools.pyosys import Technology

# SB_PLL40 with FEEDBACK_PATH "SIMPLE", Lattice FPGA-TN-02052. hw/boards/ef_pll_ice40.sv sets the loop filter of a
# phase detector below 17 MHz.
PLL = Limits(
    oscillator=mhz("533", "1066"),
    detector=mhz("10", "17"),
    output=mhz("16", "275"),
    input_divs=range(1, 17),
    feedback_divs=range(1, 129),
    output_divs=(2, 4, 8, 16, 32, 64),
    feeds_back_oscillator=True,
)


def constraints(board: Board) -> str:
    """The .pcf of a board. nextpnr derives the core's clock from the oscillator's through the PLL."""
    lines = [f"set_frequency {board.clock.port} {board.clock.mhz:g}"]
    for port, pin in board.pins.items():
        lines.append(f"set_io{' -pullup yes' if pin.pull is Pull.UP else ''} {port} {pin.site}")
    return "\n".join([*lines, ""])


# Link: ten synthesized ones; half of its flip-flops have no LUT of theirs, and its frames go to blocks. models/digits
# folded routed at 47 MHz, a convolutional network of 4,372 of 5,280 cells at 30.
ROOM = Room(
    link_luts=640,
    link_ffs=530,
    link_brams=4,
    lone_ffs=0.5,
    routable={"luts": 0.85, "ffs": 0.85, "brams": 1.0, "dsps": 1.0},
    board_mhz=36.0,
    clock=0.85,
)

FAMILY = Family(
    technology=Technology("synth_ice40 -device u -dsp -spram"),
    router=nextpnr_ice40,
    packer=icepack,
    suffix="pcf",
    constraints=constraints,
    synthesized={
        "luts": {"SB_LUT4": 1},
        "ffs": {"SB_DFF*": 1},
        "brams": {"SB_RAM40_4K*": 1},
        "dsps": {"SB_MAC16": 1},
    },
    packed={
        "luts": {"ICESTORM_LC": 1},
        "ffs": {"SB_DFF*": 1},
        "brams": {"ICESTORM_RAM": 1},
        "dsps": {"ICESTORM_DSP": 1},
        "carries": {"SB_CARRY": 1},
    },
    pll=PLL,
    delays=ICE40_UP,
    room=ROOM,
)
