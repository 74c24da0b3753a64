"""Every sum of every layer with weights driven to both ends of its width, in the layer's own hardware.

Inside a network no frame need reach them: what comes before decides what a layer sees. So each layer is generated
alone, in the shape that it has in the network, and gets frames from the ends of its input's format: exact, for its
widths were derived from that format. A layer that takes the network's input sees such frames in the network itself.
"""

from dataclasses import dataclass, replace

from edgeflow.errors import MismatchError
from edgeflow.fixedpoint import Integers
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.design import Design
from edgeflow.store import Store, digest
from edgeflow.verify import case as cases
from edgeflow.verify.batch import simulate_all
from edgeflow.verify.case import Phase
from edgeflow.verify.locate import Place, Regenerate, first_difference
from edgeflow.verify.vectors import ends

PHASE = Phase("layer alone, sums at their ends")


@dataclass(frozen=True, eq=False)
class Alone:
    """One layer as a design of its own, its frames and what must come out."""

    layer: int  # index in the network
    design: Design
    x: Integers
    y: Integers


def layers_alone(network: Network, regenerate: Regenerate) -> list[Alone]:
    """The layers with weights that do not take the network's input; those of one content once."""
    found: dict[str, Alone] = {}
    for index, (layer, sources) in enumerate(zip(network.layers, network.sources, strict=True)):
        x = ends(layer.kernel, layer.kernel.inputs[0].format)
        if sources != (-1,) and len(x):
            part = Network(f"alone_{index}", (Layer(layer.name, layer.kernel),))
            design = regenerate(part)
            found.setdefault(_content(design), Alone(index, design, x, part.run(x)))
    return list(found.values())


def _content(design: Design) -> str:
    """The same for designs that differ by their name alone."""
    files = {**design.sources, **design.memories}
    return digest({name.replace(design.top, ""): text.replace(design.top, "") for name, text in files.items()})


def check(network: Network, regenerate: Regenerate, seed: int, store: Store) -> tuple[int, Place | None]:
    """How many frames were simulated, and the first value that is wrong. Raises MismatchError if beats get lost."""
    todo = layers_alone(network, regenerate)
    if not todo:
        return 0, None
    standard = [cases.standard_case(one.design, len(one.x), seed) for one in todo]
    run = [replace(case, phases=(PHASE,)) for case in standard]
    found = simulate_all([one.design for one in todo], [one.x for one in todo], [one.y for one in todo], run, store)
    wrong: list[Place] = []
    for one, simulation in zip(todo, found, strict=True):
        _check_complete(one, simulation.phases[PHASE.name].received, network)
        place = first_difference(simulation, one.design, one.y, one.layer)
        wrong += [place] if place else []
    return sum(len(one.x) for one in todo), min(wrong, key=lambda place: place.layer, default=None)


def _check_complete(one: Alone, received: int, network: Network) -> None:
    beats = len(one.x) * one.design.m_axis.beats
    if received != beats:
        name = network.layers[one.layer].name
        raise MismatchError(f"verify: layer {name} alone: received {received} of {beats} beats")
