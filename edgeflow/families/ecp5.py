"""Lattice ECP5: Yosys, nextpnr-ecp5, Project Trellis."""

from edgeflow.boards._board import Board
from edgeflow.families import _power
from edgeflow.families._family import Family
from edgeflow.families._pll import Limits, mhz
from edgeflow.families._power import Power, Range
from edgeflow.families._room import Room
from edgeflow.rtl.delays import ECP5_SPEED_6
from edgeflow.tools import ecppack, nextpnr_ecp5, pyosys

# sysCLOCK PLL, ECP5 family data sheet FPGA-DS-02012; the same as in Project Trellis' ecppll.
PLL = Limits(
    oscillator=mhz("400", "800"),
    detector=mhz("3.125", "400"),
    output=mhz("3.125", "400"),
    input_divs=range(1, 129),
    feedback_divs=range(1, 129),
    output_divs=range(1, 129),
)


def constraints(board: Board) -> str:
    """The .lpf of a board. nextpnr derives the core's clock from the oscillator's through the PLL."""
    lines = [f'FREQUENCY PORT "{board.clock.port}" {board.clock.mhz:.6f} MHZ;']
    for port, pin in board.pins.items():
        drive = f" DRIVE={pin.drive}" if pin.drive else ""
        lines += [
            f'LOCATE COMP "{port}" SITE "{pin.site}";',
            f'IOBUF PORT "{port}" IO_TYPE={pin.io} PULLMODE={pin.pull}{drive};',
        ]
    return "\n".join([*lines, ""])


STANDBY = (
    "standby current of the core as quoted of data sheet FPGA-DS-02012, the 45F's unchecked; "
    "low: a cool die, high: half as much again"
)


def _static(typical_ma: float) -> Range:
    return Range(0.25 * typical_ma, typical_ma, 1.5 * typical_ma, STANDBY)


# 40 nm as the iCE40UP5K, with longer wires: Virtex-II's figure, scaled, is the highest.
LONGER = f"{_power.NET.source}; high: {_power.VIRTEX} with an eighth of its nets toggling, at 40 nm"
POWER = Power(
    volts=1.1,
    net_pf=Range(0.09, 0.35, 1.2, LONGER),
    ff_clock_pf=Range(0.003, 0.010, 0.030, f"{_power.FF_CLOCK.source}; 12 fF from the clocks of {_power.VIRTEX}"),
    memory_pf=_power.MEMORY,
    operand_pf=_power.OPERAND,
    tree_pf=_power.TREE,
    static_ua=Range(0.6, 2.7, 4.8, STANDBY),
    static_ma={
        "LFE5U-12F": _static(77),
        "LFE5U-25F": _static(77),
        "LFE5U-45F": _static(116),
        "LFE5U-85F": _static(212),
    },
)

MEMORIES = {"brams": {"DP16KD": 1}, "dsps": {"MULT18X18D": 1}}

# Link: ten synthesized ones. Boards of up to 10,000 cells routed between 90 and 110 MHz; 32,000 of 84,000 cells of
# dense unrolled logic did not route at all (README), so the part is not filled.
ROOM = Room(
    link_luts=770,
    link_ffs=530,
    routable={"luts": 0.75, "ffs": 0.75, "brams": 1.0, "dsps": 1.0},
    board_mhz=95.0,
    clock=0.85,
)

FAMILY = Family(
    technology=pyosys.ECP5,
    router=nextpnr_ecp5,
    packer=ecppack,
    suffix="lpf",
    constraints=constraints,
    synthesized={"luts": {"LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 4}, "ffs": {"TRELLIS_FF": 1}, **MEMORIES},
    packed={"luts": {"TRELLIS_COMB": 1}, "ffs": {"TRELLIS_FF": 1}, **MEMORIES, "carries": {"CCU2C": 1}},
    pll=PLL,
    delays=ECP5_SPEED_6,
    power=POWER,
    room=ROOM,
)
