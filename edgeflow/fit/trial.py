"""A choice of shapes, composed: its design, what that needs by estimate, and what the part has for it."""

from collections.abc import Callable
from dataclasses import dataclass

from edgeflow.boards._board import Board
from edgeflow.families import _family
from edgeflow.fit.room import RESOURCES, room_of
from edgeflow.network.network import Network
from edgeflow.rtl.design import Design
from edgeflow.rtl.folding import Choice, Room
from edgeflow.rtl.generate import generate
from edgeflow.rtl.options import amounts


@dataclass(frozen=True)
class Needs:
    """Of the bare core, estimated."""

    cells: dict[str, int]  # luts, ffs, brams, dsps
    fmax_mhz: float


Estimator = Callable[[Design, Board], Needs]


@dataclass(frozen=True, eq=False)
class Trial:
    choice: Choice
    design: Design
    needs: Needs
    room: dict[str, int]  # by resource

    @property
    def shares(self) -> dict[str, float]:
        """Of the room; a resource that the part has not is taken whole by anything."""
        return {name: self.needs.cells[name] / max(self.room[name], 0.5) for name in RESOURCES}

    @property
    def scarcest(self) -> str:
        return max(RESOURCES, key=lambda name: self.shares[name])

    @property
    def fits(self) -> bool:
        return self.shares[self.scarcest] <= 1

    @property
    def copies(self) -> int:
        """That fit side by side behind one link; estimated."""
        return min(self.room[name] // need for name, need in self.needs.cells.items() if need)

    def correction(self) -> Room:
        """How much more of each resource the design needs than its layers' options together say."""
        said = [sum(parts) for parts in zip(*(amounts(o.cost) for o in self.choice.values()), strict=True)]
        found = [self.needs.cells[name] for name in RESOURCES]
        luts, ffs, brams, dsps = (need / told if need and told else 1.0 for need, told in zip(found, said, strict=True))
        return luts, ffs, brams, dsps


def compose(network: Network, choice: Choice, board: Board, clock_mhz: float, estimate: Estimator) -> Trial:
    shapes = {name: option.shape for name, option in choice.items()}
    design = generate(network, shapes, clock_mhz, _family.of(board).delays)
    return Trial(choice, design, estimate(design, board), room_of(board, design.s_axis, design.m_axis))
