"""Streaming units and the streams between them, and when their beats move: every cycle of every handshake, no data.

What flows is decided by the graph alone, so a few frames show the schedule of all: latency, interval, FIFO fill.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from edgeflow.kernels._cost import Cost, lut_ram
from edgeflow.kernels._handshake import Handshake, State, state
from edgeflow.kernels._handshake import squeezed as squeeze
from edgeflow.kernels._unit import Unit

MOST_FRAMES = 10_000  # before the state comes back


@dataclass(frozen=True)
class Step:
    """A unit between one stream and another; streams are numbers."""

    unit: Unit
    source: int
    target: int
    serves: str = ""  # the layers whose work it does; none for a FIFO between branches


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
    """A FIFO of ``depth`` beats, the oldest of them in a register."""
    return Unit(
        "ef_fifo",
        {"Width": bits, "Depth": depth},
        in_lanes=0,
        in_bits=bits,
        out_lanes=0,
        interval_cycles=0,
        handshake=lambda: FifoHandshake(depth),
        cost=lut_ram(depth - 1, bits) + Cost(luts=6 * depth.bit_length() + bits, ffs=3 * depth.bit_length() + bits),
    )


class FifoHandshake:
    """ef_fifo; without ``depth`` it never fills, and ``deepest`` tells what it would have needed."""

    def __init__(self, depth: int | None):
        self._depth, self._count = depth, 0
        self.deepest = 0

    def offers(self) -> bool:
        return self._count > 0

    def accepts(self, taken: bool) -> bool:
        return self._count != self._depth

    def clock(self, given: bool, taken: bool) -> None:
        write = given and self.accepts(taken)
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


def steady_cycles(flow: Dataflow, room: dict[int, FifoHandshake], squeezed: bool = False) -> int | None:
    """Cycles between frames for ever, rounded up; None if they get stuck.

    Exact: it ends when the state of the whole graph comes back. ``squeezed``: with the least room that modules have
    under pauses; then None alone tells anything.
    """
    run = _Run(flow, room, frames=None, pace=0, squeezed=squeezed)
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

    def __init__(
        self, flow: Dataflow, room: dict[int, FifoHandshake], frames: int | None, pace: int, squeezed: bool = False
    ):
        self._flow, self._frames, self._pace, self._squeezed = flow, frames, pace, squeezed
        self._cycle, self._first, self._sent, self._received = 0, -1, 0, 0
        self._modules: list[Handshake] = []
        self._done: list[list[bool]] = []  # of each fork: who has the beat already
        self._step = self._compiled(room)

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
        return (ahead, *(state(one) for one in self._modules), *(tuple(done) for done in self._done))

    def _compiled(self, room: dict[int, FifoHandshake]) -> Callable[[bool], tuple[bool, bool]]:
        """One clock cycle as straight-line code, ten times as fast as walking the graph: valid goes down the streams,
        ready comes back up, then every module sees the clock edge. Only numbers get into the text."""
        names: dict[str, object] = {}
        down: list[str] = []
        up: list[str] = []
        edge: list[str] = []
        behind = {stream: len(self._flow.bits) + i for i, stream in enumerate(room)}
        for node in self._flow.nodes:
            match node:
                case Step(unit, source, target):
                    source = behind.get(source, source)
                    module = unit.handshake()
                    module = squeeze(module) if self._squeezed else module
                    self._module(module, source, target, names, down, up, edge)
                case Fork(source, targets):
                    done = f"done{len(self._done)}"
                    self._done.append([False] * len(targets))
                    names[done] = self._done[-1]
                    source = behind.get(source, source)
                    down += [f"v{t} = v{source} and not {done}[{k}]" for k, t in enumerate(targets)]
                    up.append(f"r{source} = " + " and ".join(f"({done}[{k}] or r{t})" for k, t in enumerate(targets)))
                    after = ", ".join(f"not r{source} and ({done}[{k}] or r{t})" for k, t in enumerate(targets))
                    edge.append(f"if v{source}: {done}[:] = {after}")
                case Join(sources, target):
                    taken = [behind.get(s, s) for s in sources]
                    down.append(f"v{target} = " + " and ".join(f"v{s}" for s in taken))
                    up.append(" = ".join(f"r{s}" for s in taken) + f" = v{target} and r{target}")
            for stream in _targets(node):
                if stream in room:
                    self._module(room[stream], stream, behind[stream], names, down, up, edge)
        out = behind.get(self._flow.output, self._flow.output)
        lines = ["v0 = offered", *down, f"r{out} = True", *reversed(up), *edge, f"return v0 and r0, v{out}"]
        exec("def step(offered):\n    " + "\n    ".join(lines), names)
        return cast(Callable[[bool], tuple[bool, bool]], names["step"])

    def _module(
        self,
        module: Handshake,
        source: int,
        target: int,
        names: dict[str, object],
        down: list[str],
        up: list[str],
        edge: list[str],
    ) -> None:
        i = len(self._modules)
        self._modules.append(module)
        names |= {f"offers{i}": module.offers, f"accepts{i}": module.accepts, f"clock{i}": module.clock}
        down.append(f"v{target} = offers{i}()")
        up.append(f"r{source} = accepts{i}(r{target})")
        edge.append(f"clock{i}(v{source}, r{target})")


def _targets(node: Node) -> tuple[int, ...]:
    return node.targets if isinstance(node, Fork) else (node.target,)
