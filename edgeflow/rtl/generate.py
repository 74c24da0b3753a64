"""Network to Design: a shape for each layer, units composed to a dataflow, and its text.

Latency and interval follow from the units' handshakes, without simulating data.
"""

import re
from itertools import accumulate

from edgeflow.network.network import Network
from edgeflow.rtl import library
from edgeflow.rtl.compose import Composed, compose
from edgeflow.rtl.dataflow import Dataflow, Fork, Join, Node, Step, simulate
from edgeflow.rtl.delays import ECP5_SPEED_6, Delays
from edgeflow.rtl.design import LOGIC, Design, LayerHardware, Part, Stream
from edgeflow.rtl.fifos import with_fifos
from edgeflow.rtl.names import checked_module_name
from edgeflow.rtl.shapes import Folding, input_lanes, layer_shapes
from edgeflow.rtl.top import top_module
from edgeflow.rtl.unrolled import unrolled


def generate(network: Network, folding: Folding, clock_mhz: float, delays: Delays = ECP5_SPEED_6) -> Design:
    """The design of ``network``. ``folding`` is one word for all layers that fold, or names them one by one.

    Raises InputError for a name that cannot be a module's, a layer that is not there or a shape that does not fit it.
    """
    checked_module_name(network.name)
    shapes = layer_shapes(network, folding)
    in_lanes = input_lanes(network, shapes, folding)
    composed = compose(network, shapes, in_lanes, unrolled(clock_mhz, delays))
    layers = tuple(
        LayerHardware(layer.name, str(shape), cost.interval_cycles, cost.cost)
        for layer, shape, cost in zip(network.layers, shapes, composed.layers, strict=True)
    )
    return design_of(network, composed, in_lanes, layers)


def design_of(network: Network, composed: Composed, in_lanes: int, layers: tuple[LayerHardware, ...]) -> Design:
    """The text of a composed network, with the FIFOs that its branches need."""
    flow = with_fifos(composed.flow)
    s_axis = Stream(network.input, network.in_features, in_lanes)
    m_axis = Stream(network.output, network.out_features, composed.out_lanes)
    files, memories = _memories(network.name, flow)
    sources = _library(flow, {name: text() for name, text in composed.modules.items()})
    timing = simulate(flow, 1, {})
    assert timing, "FIFOs are deep enough"
    latency, interval = timing.latency_cycles, flow.interval_cycles
    sources[f"{network.name}.sv"] = top_module(network.name, flow, s_axis, m_axis, latency, interval, files)
    parts = parts_of_flow(flow, in_lanes)
    return Design(network.name, sources, memories, s_axis, m_axis, latency, interval, flow.cost, layers, parts)


def parts_of_flow(flow: Dataflow, in_lanes: int) -> tuple[Part, ...]:
    """What it is made of, as an estimate wants to know it."""
    read = _read(flow, in_lanes)
    return tuple(_part(node, read) for node in flow.nodes)


def _read(flow: Dataflow, in_lanes: int) -> dict[int, tuple[int, ...]]:
    """Of streams that go to a pipeline, alone or joined to others: the bits of each value that it looks at."""
    values, found = {0: in_lanes}, dict[int, tuple[int, ...]]()
    for node in flow.nodes:
        match node:
            case Step(unit, source, target):
                values[target] = unit.out_lanes or values[source]  # a FIFO's are its source's
            case Fork(source, targets):
                values |= dict.fromkeys(targets, values[source])
            case Join(sources, target):
                values[target] = sum(values[source] for source in sources)
    for node in reversed(flow.nodes):
        match node:
            case Step(unit, source) if unit.census:
                found[source] = unit.reads
            case Join(sources, target) if len(found.get(target, ())) == values[target]:
                ends = list(accumulate(values[source] for source in sources))
                found |= {s: found[target][end - values[s] : end] for s, end in zip(sources, ends, strict=True)}
    return found


def _part(node: Node, read: dict[int, tuple[int, ...]]) -> Part:
    match node:
        case Step(unit) if unit.census:
            return Part(LOGIC, unit.census, serves=node.serves)
        case Step(unit):
            reads = read.get(node.target, ())
            return Part(unit.module, unit.parameters, unit.memories, reads, unit.cost, node.serves)
        case Fork(_, targets):
            return Part("ef_fork", {"Outputs": len(targets)})
        case Join(sources):
            return Part("ef_join", {"Inputs": len(sources)})


def _memories(name: str, flow: Dataflow) -> tuple[dict[str, str], dict[str, str]]:
    """File names by "<node>.<parameter>", and the files' texts. Units with the same memory share a file."""
    files: dict[str, str] = {}
    memories: dict[str, str] = {}
    known: dict[str, str] = {}
    for i, node in enumerate(flow.nodes):
        if isinstance(node, Step):
            for parameter, text in node.unit.memories.items():
                file = known.setdefault(text, f"{name}_{i}_{_snake(parameter)}.hex")
                files[f"{i}.{parameter}"] = file
                memories[file] = text
    return files, memories


def _library(flow: Dataflow, made: dict[str, str]) -> dict[str, str]:
    """Library modules that the units need, then the generated ones."""
    kinds = [node.unit.module if isinstance(node, Step) else f"ef_{type(node).__name__.lower()}" for node in flow.nodes]
    used = [module for module in kinds if module not in made]
    used += [module for text in made.values() for module in library.uses(text)]
    return {f"{m}.sv": library.source(m) for m in library.closure(used)} | {f"{m}.sv": t for m, t in made.items()}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
