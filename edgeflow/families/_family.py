"""What a device family is: ``load("ice40")`` gives its synthesis, router, packer, constraints, PLL and delays.

Another family is another file here, with its tools in edgeflow/tools and its PLL in hw/boards; the flow asks no more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Protocol, cast

from edgeflow import catalog
from edgeflow.boards._board import Board
from edgeflow.families._pll import Limits
from edgeflow.families._room import Room
from edgeflow.rtl.delays import Delays
from edgeflow.tools._nextpnr import Routed, Target
from edgeflow.tools.pyosys import Technology

Weights = Mapping[str, int]  # cell type, or a pattern of types -> how many of the resource it is


class Router(Protocol):
    """A file of edgeflow/tools that places and routes."""

    NAME: str

    def version(self) -> str | None: ...

    def run(
        self,
        folder: Path,
        top: str,
        seeds: Sequence[int],
        target: Target,
        freq_mhz: float,
        constraints: str,
        parallel: int,
        /,
    ) -> list[Routed]: ...

    def alone(self, folder: Path, top: str, seed: int, target: Target, freq_mhz: float, clock: str, /) -> Routed: ...

    def pack(self, folder: Path, top: str, target: Target, /) -> dict[str, int]: ...


class Packer(Protocol):
    """A file of edgeflow/tools that makes a bitstream of a routed design."""

    NAME: str

    def version(self) -> str | None: ...

    def run(self, folder: Path, config: str, name: str, /) -> Path: ...


@dataclass(frozen=True)
class Family:
    technology: Technology
    router: Router
    packer: Packer
    suffix: str  # of the constraints file
    constraints: Callable[[Board], str]
    synthesized: Mapping[str, Weights]  # luts, ffs, brams, dsps: from Yosys' cells, the least that they become
    packed: Mapping[str, Weights]  # the same and carries: from nextpnr's cells, and Yosys' where it has no such
    pll: Limits
    delays: Delays
    room: Room

    def needs(self, cells: Mapping[str, int]) -> dict[str, int]:
        """Resources that a synthesized design takes at least."""
        return {resource: _count(weights, cells) for resource, weights in self.synthesized.items()}

    def takes(self, used: Mapping[str, int], cells: Mapping[str, int]) -> dict[str, int]:
        """Resources that nextpnr found used by a design synthesized to ``cells``."""
        return {resource: _count(weights, {**cells, **used}) for resource, weights in self.packed.items()}


def load(name: str) -> Family:
    """Raises UnknownNameError with the nearest name."""
    return cast(Family, catalog.load("families", name).FAMILY)


def of(board: Board) -> Family:
    return load(board.family)


def target(board: Board) -> Target:
    return Target(board.device, board.package, board.speed)


def _count(weights: Weights, cells: Mapping[str, int]) -> int:
    return sum(
        weight * count for pattern, weight in weights.items() for kind, count in cells.items() if fnmatch(kind, pattern)
    )
