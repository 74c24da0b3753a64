"""The clocks that a board can give: its PLL's, slow and even enough for its UART."""

from edgeflow.boards._board import Board
from edgeflow.errors import InputError
from edgeflow.implement.wrapper import core_clock


def exact_mhz(board: Board, clock_mhz: float) -> float:
    """What the core gets where ``clock_mhz`` is asked for. Raises InputError for a clock that the board cannot give."""
    return core_clock(board, clock_mhz)[0].output_mhz


def highest(board: Board, most_mhz: float) -> float:
    """The highest clock in whole MHz that the board gives and that is no higher than ``most_mhz``; the lowest that it
    gives where that is higher."""
    for clock_mhz in range(int(min(most_mhz, board.clock.max_mhz)), 0, -1):
        if (exact := _given(board, clock_mhz)) and exact <= most_mhz:
            return float(clock_mhz)
    return next(float(clock_mhz) for clock_mhz in range(1, int(board.clock.max_mhz) + 1) if _given(board, clock_mhz))


def _given(board: Board, clock_mhz: float) -> float | None:
    try:
        return exact_mhz(board, clock_mhz)
    except InputError:
        return None
