"""Network to dataflow: a unit for each part, gears where beats differ, forks and joins where branches part and meet."""

from collections import Counter
from dataclasses import dataclass, field

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Beat, Shape, Unit
from edgeflow.network.network import Network
from edgeflow.rtl.dataflow import Dataflow, Fork, Join, Node, Step
from edgeflow.rtl.gears import gears
from edgeflow.rtl.pieces import INPUT, Part, Piece, parts_of, pieces_of
from edgeflow.rtl.unrolled import Group, Lanes, Logic, Text

NOTHING = Cost()


@dataclass(frozen=True)
class LayerCost:
    """What a layer became: the cycles that its slowest unit takes for a frame, and the cost of all of them."""

    interval_cycles: int = 0
    cost: Cost = NOTHING  # of logic that several layers share: the adders each brought, registers with the last

    def __add__(self, other: "LayerCost") -> "LayerCost":
        return LayerCost(max(self.interval_cycles, other.interval_cycles), self.cost + other.cost)


@dataclass(frozen=True)
class Composed:
    flow: Dataflow
    modules: dict[str, Text]  # by generated module
    layers: tuple[LayerCost, ...]
    out_lanes: int


def compose(network: Network, shapes: list[Shape], in_lanes: int, logic: Logic) -> Composed:
    """The network's units; ``in_lanes`` values of its input come a beat, ``logic`` makes what is no library module."""
    pieces = pieces_of(network, shapes, in_lanes)
    return _Builder(network, pieces, parts_of(pieces), in_lanes, logic).build()


@dataclass
class _Builder:
    """Streams are numbered as they are made; each piece offers one to every part that takes it."""

    network: Network
    pieces: list[Piece]
    parts: list[Part]
    in_lanes: int
    logic: Logic
    nodes: list[Node] = field(default_factory=list)
    bits: list[int] = field(default_factory=list)  # of each stream
    modules: dict[str, Text] = field(default_factory=dict)
    offered: dict[int, list[int]] = field(default_factory=dict)  # piece -> streams that nobody has taken yet
    lanes: dict[int, int] = field(default_factory=dict)  # values a beat of what a piece offers

    def build(self) -> Composed:
        self.layers = [LayerCost() for _ in self.network.layers]
        self.takers = Counter(source for part in self.parts for source in part.outside)
        self._offer(INPUT, self._stream(self.in_lanes * self.network.input.width), self.in_lanes)
        for part in self.parts:
            self._add(part)
        last = len(self.pieces) - 1
        (output,) = self.offered[last]
        in_beats = self.network.in_features // self.in_lanes
        out_beats = self.network.out_features // self.lanes[last]
        flow = Dataflow(tuple(self.nodes), tuple(self.bits), output, in_beats, out_beats)
        return Composed(flow, self.modules, tuple(self.layers), self.lanes[last])

    def _add(self, part: Part) -> None:
        """The part's unit, with gears and a join in front of it where it needs them."""
        layer, last = self.pieces[part.members[0]].layer, part.members[-1]
        serves = self._named(layer, self.pieces[last].layer)
        streams = [self._geared(s, n, layer, serves) for s, n in zip(part.outside, part.lanes, strict=True)]
        if len(streams) > 1:
            joined = self._stream(sum(self.bits[s] for s in streams))
            self.nodes.append(Join(tuple(streams), joined))
            streams = [joined]
        unit = self._unit(part)
        self._offer(last, self._step(unit, streams[0], self.pieces[last].y.width, serves), unit.out_lanes)

    def _unit(self, part: Part) -> Unit:
        stage = self.pieces[part.members[0]].stage
        if isinstance(stage, Beat):
            return self._unrolled(part)
        self._charge(self.pieces[part.members[0]].layer, stage.interval_cycles, stage.cost)
        return stage

    def _unrolled(self, part: Part) -> Unit:
        """Logic of several pieces, in one module."""
        members = [self.pieces[i] for i in part.members]
        beats = tuple(piece.stage for piece in members if isinstance(piece.stage, Beat))
        place = {source: k for k, source in enumerate((*part.outside, *part.members))}
        inputs = tuple(Lanes(self._format(s), n) for s, n in zip(part.outside, part.lanes, strict=True))
        group = Group(inputs, beats, tuple(tuple(place[s] for s in piece.sources) for piece in members))
        name = f"{self.network.name}_unrolled_{len(self.modules)}"
        kernels = [self.network.layers[piece.layer].kernel for piece in members]
        made = self.logic(name, group, kernels)
        self.modules[name] = made.text
        unit, whole = made.unit, made.unit.cost
        rest = Cost(max(whole.luts - sum(made.luts), 0), whole.ffs, whole.brams, whole.dsps)
        for piece, own in zip(members, made.luts, strict=True):
            self._charge(piece.layer, unit.interval_cycles, Cost(luts=own))
        self._charge(members[-1].layer, 0, rest)
        return unit

    def _named(self, first: int, last: int) -> str:
        names = [self.network.layers[layer].name for layer in dict.fromkeys((first, last))]
        return " to ".join(names)

    def _geared(self, source: int, lanes: int, layer: int, serves: str) -> int:
        """A stream of what ``source`` makes, ``lanes`` values a beat."""
        stream = self.offered[source].pop(0)
        features = self.network.in_features if source == INPUT else self.pieces[source].features
        if features is None:
            return stream
        width = self._format(source).width
        for gear in gears(features, width, self.lanes[source], lanes):
            stream = self._step(gear, stream, width, serves)
            self._charge(layer, gear.interval_cycles, gear.cost)
        return stream

    def _step(self, unit: Unit, source: int, width: int, serves: str) -> int:
        target = self._stream(unit.out_lanes * width)
        self.nodes.append(Step(unit, source, target, serves))
        return target

    def _offer(self, piece: int, stream: int, lanes: int) -> None:
        """Where several parts take what a piece makes, a fork gives each its own stream."""
        takers = self.takers[piece]
        streams = [stream]
        if takers > 1:
            streams = [self._stream(self.bits[stream]) for _ in range(takers)]
            self.nodes.append(Fork(stream, tuple(streams)))
        self.offered[piece], self.lanes[piece] = streams, lanes

    def _format(self, piece: int) -> Fixed:
        return self.network.input if piece == INPUT else self.pieces[piece].y

    def _stream(self, bits: int) -> int:
        self.bits.append(bits)
        return len(self.bits) - 1

    def _charge(self, layer: int, cycles: int, cost: Cost) -> None:
        self.layers[layer] += LayerCost(cycles, cost)
