"""Streaming units and the streams between them, and when their beats move: every cycle of every handshake, no data.

What flows is decided by the graph alone, so a few frames show the schedule of all: latency, interval, FIFO fill.
"""

from dataclasses import dataclass

from edgeflow.kernels._cost import Cost, lut_ram
from edgeflow.kernels._handshake import Handshake, State, state
from edgeflow.kernels._unit import Unit

BLOCK_BITS, BLOCK_DEPTH = 2048, 32  # a FIFO with more of both lies in block memory
MOST_FRAMES = 10_000  # before the state comes back


@dataclass(frozen=True)
class Step:
    """A unit between one stream and another; streams are numbers."""

    unit: Unit
    source: int
    target: int


@dataclass(frozen=True)
class Fork:
    """One stream to several takers (hw/rtl/ef_fork.sv)."""

    source: int
    targets: tuple[int, ...]


@dataclass(frozen=True)
class Join:
    """Streams of the same beats side by side (hw/rtl/ef_join.sv)."""

    sources: tuple[int, ...]
    target: int


Node = Step | Fork | Join


@dataclass(frozen=True)
class Dataflow:
    """Nodes in topological order. Stream 0 is the input; ``bits[stream]`` is the width of its tdata."""

    nodes: tuple[Node, ...]
    bits: tuple[int, ...]
    output: int
    in_beats: int  # a frame
    out_beats: int

    @property
    def interval_cycles(self) -> int:
        """The slowest unit's: what every frame costs when nothing else holds it up."""
        units = (node.unit.interval_cycles for node in self.nodes if isinstance(node, Step))
        return max(self.in_beats, self.out_beats, *units)

    @property
    def cost(self) -> Cost:
        forks = sum(len(n.targets) for n in self.nodes if isinstance(n, Fork))
        return sum((n.unit.cost for n in self.nodes if isinstance(n, Step)), Cost(luts=2 * forks, ffs=forks))


@dataclass(frozen=True)
class Timing:
    """When frames were done, counted from the first input beat; and how full each FIFO was at most."""

    frame_cycles: tuple[int, ...]  # last output beat of each frame valid, in cycles after the first input beat's
    deepest: dict[int, int]  # stream -> most beats that waited in it, where it was given room

    @property
    def latency_cycles(self) -> int:
        return self.frame_cycles[0]


def fifo(bits: int, depth: int) -> Unit:
    """A FIFO of ``depth`` beats; in block memory where it is large."""
    block = bits * depth > BLOCK_BITS and depth > BLOCK_DEPTH
    return Unit(
        "ef_fifo",
        {"Width": bits, "Depth": depth, "Block": int(block)},
        in_lanes=0,
        in_bits=bits,
        out_lanes=0,
        interval_cycles=0,
        handshake=lambda: FifoHandshake(depth, block),
        cost=lut_ram(depth, bits) + Cost(luts=6 * depth.bit_length(), ffs=3 * depth.bit_length()),
    )


class FifoHandshake:
    """ef_fifo; without ``depth`` it never fills, and ``deepest`` tells what it would have needed."""

    def __init__(self, depth: int | None, block: bool = False):
        self._places = None if depth is None else depth - block
        self._block = block
        self._count, self._valid = 0, False
        self.deepest = 0

    def offers(self) -> bool:
        return self._valid if self._block else self._count > 0

    def accepts(self, taken: bool) -> bool:
        return self._places is None or self._count != self._places

    def clock(self, given: bool, taken: bool) -> None:
        write = given and self.accepts(taken)
        if self._block:
            read = self._count > 0 and (taken or not self._valid)
            if taken or not self._valid:
                self._valid = read
        else:
            read = self._count > 0 and taken
        self._count += write - read
        self.deepest = max(self.deepest, self._count)


def simulate(flow: Dataflow, frames: int, room: dict[int, FifoHandshake], pace: int = 0) -> Timing | None:
    """Send ``frames`` frames; ``room`` puts a FIFO behind the named streams. None if they get stuck.

    Without ``pace`` the source always offers and the sink always takes: the bench at full rate. With it the source
    spreads a frame over ``pace`` cycles.
    """
    run = _Run(flow, room, frames, pace)
    done = [cycles for _ in range(frames) if (cycles := run.frame()) is not None]
    return Timing(tuple(done), {stream: one.deepest for stream, one in room.items()}) if len(done) == frames else None


def steady_cycles(flow: Dataflow, room: dict[int, FifoHandshake]) -> int | None:
    """Cycles between frames for ever, rounded up; None if they get stuck.

    Exact: it ends when the state of the whole graph comes back.
    """
    run = _Run(flow, room, frames=None, pace=0)
    seen: dict[State, tuple[int, int]] = {}
    for frame in range(MOST_FRAMES):
        cycles = run.frame()
        if cycles is None:
            return None
        before = seen.setdefault(run.state(), (frame, cycles))
        if before[0] < frame:
            return -(-(cycles - before[1]) // (frame - before[0]))
    raise AssertionError(f"no period in {MOST_FRAMES} frames")


class _Run:
    """A dataflow in time: its state, cycle by cycle and frame by frame. ``frames`` bounds the source."""

    def __init__(self, flow: Dataflow, room: dict[int, FifoHandshake], frames: int | None, pace: int):
        self._flow, self._frames, self._pace = flow, frames, pace
        self._cycle, self._first, self._sent, self._received = 0, -1, 0, 0
        self._count = len(flow.bits) + len(room)
        behind = {stream: len(flow.bits) + i for i, stream in enumerate(room)}
        self._units: list[tuple[Handshake, int, int]] = []
        self._nodes: list[tuple[Node | None, int, Handshake | None, tuple[int, ...], tuple[int, ...]]] = []
        for node in flow.nodes:
            self._add(node, behind)
            for stream in _targets(node):
                if stream in room:
                    self._nodes.append((None, 0, room[stream], (stream,), (behind[stream],)))
        self._done = {i: [False] * len(e[4]) for i, e in enumerate(self._nodes) if isinstance(e[0], Fork)}
        self._output = behind.get(flow.output, flow.output)

    def _add(self, node: Node, behind: dict[int, int]) -> None:
        match node:
            case Step(unit, source, target):
                self._nodes.append((node, 0, unit.handshake(), (behind.get(source, source),), (target,)))
            case Fork(source, targets):
                self._nodes.append((node, 1, None, (behind.get(source, source),), targets))
            case Join(sources, target):
                self._nodes.append((node, 2, None, tuple(behind.get(s, s) for s in sources), (target,)))

    def frame(self) -> int | None:
        """Go on to the end of the next frame: its cycle, counted from the first input beat's. None if nothing moves."""
        flow, idle = self._flow, 0
        patience = 4 * flow.interval_cycles + 1000
        while idle < patience:
            frame, beat = divmod(self._sent, flow.in_beats)
            due = self._cycle >= frame * self._pace + beat * self._pace // flow.in_beats
            taken, given = self._step(due and frame != self._frames)
            if taken and self._first < 0:
                self._first = self._cycle
            self._sent += taken
            self._received += given
            self._cycle += 1
            idle = 0 if taken or given or not due else idle + 1
            if given and self._received % flow.out_beats == 0:
                return self._cycle - 1 - self._first
        return None

    def state(self) -> State:
        """What decides all that follows."""
        ahead = self._sent - self._received // self._flow.out_beats * self._flow.in_beats
        units = (state(handshake) for _, _, handshake, _, _ in self._nodes if handshake is not None)
        return (ahead, *units, *(tuple(done) for done in self._done.values()))

    def _step(self, offered: bool) -> tuple[bool, bool]:
        """One clock cycle; whether an input beat went in, and whether an output beat came out."""
        valid, ready = [False] * self._count, [False] * self._count
        valid[0] = offered
        for i, (_, kind, handshake, sources, targets) in enumerate(self._nodes):
            if handshake is not None:
                valid[targets[0]] = handshake.offers()
            elif kind == 1:
                for stream, done in zip(targets, self._done[i], strict=True):
                    valid[stream] = valid[sources[0]] and not done
            else:
                valid[targets[0]] = all(valid[s] for s in sources)
        ready[self._output] = True
        for i in range(len(self._nodes) - 1, -1, -1):
            _, kind, handshake, sources, targets = self._nodes[i]
            if handshake is not None:
                ready[sources[0]] = handshake.accepts(ready[targets[0]])
            elif kind == 1:
                ready[sources[0]] = all(d or ready[t] for t, d in zip(targets, self._done[i], strict=True))
            else:
                together = valid[targets[0]] and ready[targets[0]]
                for stream in sources:
                    ready[stream] = together
        for i, (_, kind, handshake, sources, targets) in enumerate(self._nodes):
            if handshake is not None:
                handshake.clock(valid[sources[0]], ready[targets[0]])
            elif kind == 1 and valid[sources[0]]:
                whole = ready[sources[0]]
                self._done[i] = [not whole and (d or ready[t]) for t, d in zip(targets, self._done[i], strict=True)]
        return valid[0] and ready[0], valid[self._output]


def _targets(node: Node) -> tuple[int, ...]:
    return node.targets if isinstance(node, Fork) else (node.target,)
