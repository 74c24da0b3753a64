"""What the board has that a sweep's designs must fit."""

from dataclasses import asdict

from edgeflow.boards import _board
from edgeflow.sweep.plan import Sweep


def of(sweep: Sweep) -> dict[str, int]:
    """Cells by the names they have in figures; empty if no board is asked for."""
    return asdict(_board.load(sweep.fits).budget) if sweep.fits else {}
