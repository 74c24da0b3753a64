"""Parts of a network that is composed for an estimate only, in a fraction of the time that generating it takes.

What takes seconds is left out: the search for the fewest adders, the least depths of FIFOs, the text, the latency.
Logic too large even for that is guessed from its weights (guess.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edgeflow.estimate import guess
from edgeflow.network.network import Kernel, Network
from edgeflow.rtl.compose import compose
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.design import Part
from edgeflow.rtl.fifos import with_likely_fifos
from edgeflow.rtl.generate import parts_of_flow
from edgeflow.rtl.shapes import Folding, input_lanes, layer_shapes
from edgeflow.rtl.unrolled import Group, Made, unrolled_unit

MOST_ADDERS = 1500  # that a part's weights need before any is shared; composing so many takes a third of a second


@dataclass(frozen=True)
class Sketched:
    parts: tuple[Part, ...]
    interval_cycles: int  # exact
    guessed: bool  # some of its logic


def sketched(
    network: Network, folding: Folding, clock_mhz: float, delays: Delays, most_adders: int = MOST_ADDERS
) -> Sketched:
    """Raises InputError for a shape that fits no layer."""
    large = []

    def logic(module: str, group: Group, kernels: Sequence[Kernel]) -> Made:
        if guess.adders(group, kernels) <= most_adders:
            return unrolled_unit(module, group, clock_mhz, delays, quick=True)
        large.append(module)
        return guess.guessed_unit(module, group, kernels, clock_mhz, delays)

    shapes = layer_shapes(network, folding)
    lanes = input_lanes(network, shapes, folding)
    flow = with_likely_fifos(compose(network, shapes, lanes, logic).flow)
    return Sketched(parts_of_flow(flow, lanes), flow.interval_cycles, bool(large))
