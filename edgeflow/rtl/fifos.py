"""How deep the FIFOs behind a fork must be: the least depths at which frames still follow each other at full rate, and
at which no pauses can get them stuck.

The schedule is static, so it tells: frames spread evenly over their interval bound every FIFO from above, and from
there each is made smaller as long as the graph of handshakes keeps its interval. Registers of pipelines hold beats too,
but not under pauses, when bubbles lie between: so the graph must also move with one place for each pipeline.
"""

from collections.abc import Callable
from dataclasses import replace

from edgeflow.rtl.dataflow import Dataflow, FifoHandshake, Fork, Node, Step, fifo, simulate, steady_cycles

Depths = dict[int, int]  # by stream


def with_fifos(flow: Dataflow) -> Dataflow:
    """The same graph with a FIFO behind each fork output that needs one; forks of one rate may need none."""
    return _filled(flow, least_depths)


def with_likely_fifos(flow: Dataflow) -> Dataflow:
    """The same for an estimate: depths of one frame that comes evenly, near the least either way."""
    return _filled(flow, _likely_depths)


def _filled(flow: Dataflow, depths_of: Callable[[Dataflow, list[int]], Depths]) -> Dataflow:
    streams = [stream for node in flow.nodes if isinstance(node, Fork) for stream in node.targets]
    if not streams:
        return flow
    depths = depths_of(flow, streams)
    return _insert(flow, {stream: depth for stream, depth in depths.items() if depth})


def _likely_depths(flow: Dataflow, streams: list[int]) -> Depths:
    """A fork's shallowest branch needs none, and the others as much less."""
    deepest = _paced(flow, streams, frames=1)
    found: Depths = {}
    for node in flow.nodes:
        if isinstance(node, Fork):
            least = min(deepest[stream] for stream in node.targets)
            found |= {stream: deepest[stream] - least for stream in node.targets}
    return found


def _paced(flow: Dataflow, streams: list[int], frames: int) -> Depths:
    """How many beats wait behind each stream while frames come spread evenly over their interval."""
    timing = simulate(flow, frames, {s: FifoHandshake(None) for s in streams}, pace=flow.interval_cycles)
    assert timing, "with room everywhere nothing can get stuck"
    return dict(timing.deepest)


def least_depths(flow: Dataflow, streams: list[int]) -> Depths:
    """For each of the streams the least depth, found one after the other from the shallowest to the deepest."""
    depths = _paced(flow, streams, _frames(flow))
    while not _enough(flow, depths):  # a source that pauses, or never does
        depths = {stream: depth + max(1, depth // 4) for stream, depth in depths.items()}
    for stream in sorted(streams, key=lambda s: depths[s]):
        depths[stream] = _least(flow, depths, stream)
    return depths


def _least(flow: Dataflow, depths: Depths, stream: int) -> int:
    low, high = 0, depths[stream]
    if high and not _enough(flow, depths | {stream: high - 1}):  # as it often is
        return high
    while low < high:
        middle = (low + high) // 2
        if _enough(flow, depths | {stream: middle}):
            high = middle
        else:
            low = middle + 1
    return high


def _enough(flow: Dataflow, depths: Depths) -> bool:
    cycles = steady_cycles(flow, _room(depths))
    return cycles is not None and cycles <= flow.interval_cycles and never_stuck(flow, depths)


def never_stuck(flow: Dataflow, depths: Depths) -> bool:
    """Whether frames get through whatever pauses come."""
    return steady_cycles(flow, _room(depths), squeezed=True) is not None


def _room(depths: Depths) -> dict[int, FifoHandshake]:
    return {stream: FifoHandshake(depth) for stream, depth in depths.items() if depth}


def _frames(flow: Dataflow) -> int:
    """Enough to fill the pipeline, and a few more."""
    alone = simulate(flow, 1, {stream: FifoHandshake(None) for stream in range(1, len(flow.bits))})
    assert alone, "with room everywhere nothing can get stuck"
    return 3 + alone.latency_cycles // flow.interval_cycles


def _insert(flow: Dataflow, depths: Depths) -> Dataflow:
    nodes: list[Node] = []
    bits = list(flow.bits)
    for node in flow.nodes:
        if isinstance(node, Fork):
            before = {t: len(bits) + i for i, t in enumerate(t for t in node.targets if t in depths)}
            bits += [flow.bits[t] for t in before]
            nodes.append(Fork(node.source, tuple(before.get(t, t) for t in node.targets)))
            nodes += [Step(fifo(flow.bits[t], depths[t]), early, t) for t, early in before.items()]
        else:
            nodes.append(node)
    return replace(flow, nodes=tuple(nodes), bits=tuple(bits))
