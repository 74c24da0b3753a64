"""Lattice preference file: which port is on which pin, and how fast the oscillator runs."""

from edgeflow.boards._board import Board


def constraints(board: Board) -> str:
    """The .lpf of a board. nextpnr derives the core's clock from the oscillator's through the PLL."""
    lines = [f'FREQUENCY PORT "{board.clock.port}" {board.clock.mhz:.6f} MHZ;']
    for port, pin in board.pins.items():
        drive = f" DRIVE={pin.drive}" if pin.drive else ""
        lines += [
            f'LOCATE COMP "{port}" SITE "{pin.site}";',
            f'IOBUF PORT "{port}" IO_TYPE=LVCMOS33 PULLMODE={pin.pull}{drive};',
        ]
    return "\n".join([*lines, ""])
