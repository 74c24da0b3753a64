"""What a design needs by estimate, as the search asks for it."""

from edgeflow import pipeline
from edgeflow.boards._board import Board
from edgeflow.fit.room import RESOURCES
from edgeflow.fit.trial import Needs
from edgeflow.rtl.design import Design


def needs(design: Design, board: Board) -> Needs:
    found = pipeline.estimate(design, board)
    return Needs({name: getattr(found, name) for name in RESOURCES}, found.fmax_mhz)
