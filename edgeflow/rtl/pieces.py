"""A network cut into what becomes one unit each: library modules, and runs of logic on equal beats."""

from dataclasses import dataclass

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._unit import Beat, Shape, Stage, hardware
from edgeflow.network.network import Network

INPUT = -1  # stands for the network's input, where a piece names what it takes


@dataclass(frozen=True)
class Piece:
    """One stage of one layer."""

    stage: Stage
    layer: int
    sources: tuple[int, ...]  # earlier pieces, or INPUT
    y: Fixed
    features: int | None  # a frame of it; None between two stages of a layer, where every beat fits the next stage

    @property
    def in_lanes(self) -> tuple[int, ...]:
        """Of each input."""
        return self.stage.in_lanes if isinstance(self.stage, Beat) else (self.stage.in_lanes,)


@dataclass(frozen=True)
class Part:
    """Pieces that become one unit; the last one makes its output."""

    members: tuple[int, ...]
    outside: tuple[int, ...]  # pieces that it takes, or INPUT, each once
    lanes: tuple[int, ...]  # values a beat that it wants from each of them


def pieces_of(network: Network, shapes: list[Shape], in_lanes: int) -> list[Piece]:
    """All stages in topological order; ``in_lanes`` values of the network's input come a beat."""
    pieces: list[Piece] = []
    maker, lanes = {INPUT: INPUT}, {INPUT: in_lanes}  # by layer
    for i, (layer, shape) in enumerate(zip(network.layers, shapes, strict=True)):
        sources = tuple(maker[s] for s in network.sources[i])
        stages = hardware(layer).stages(shape, tuple(lanes[s] for s in network.sources[i]))
        for stage in stages[:-1]:
            pieces.append(Piece(stage, i, sources, layer.kernel.inputs[0].format, None))
            sources = (len(pieces) - 1,)
        pieces.append(Piece(stages[-1], i, sources, layer.kernel.y, layer.kernel.out_features))
        maker[i], lanes[i] = len(pieces) - 1, stages[-1].out_lanes
    return pieces


def parts_of(pieces: list[Piece]) -> list[Part]:
    """The pieces in runs. Of a run only the last piece is used outside, so that it has one output."""
    last_use = {source: i for i, piece in enumerate(pieces) for source in piece.sources}
    parts, start = [], 0
    while start < len(pieces):
        end = start + 1
        for stop in range(start + 2, len(pieces) + 1):
            if not _same_beats(pieces[start], pieces[stop - 1]):
                break
            if all(last_use[i] < stop for i in range(start, stop - 1)):
                end = stop
        parts.append(_part(pieces, range(start, end)))
        start = end
    return parts


def _same_beats(a: Piece, b: Piece) -> bool:
    return isinstance(a.stage, Beat) and isinstance(b.stage, Beat) and a.stage.beats == b.stage.beats


def _part(pieces: list[Piece], members: range) -> Part:
    wanted = {
        source: lanes
        for i in members
        for source, lanes in zip(pieces[i].sources, pieces[i].in_lanes, strict=True)
        if source not in members
    }
    return Part(tuple(members), tuple(wanted), tuple(wanted.values()))
