"""Which layer's hardware is wrong: simulate the first layer alone, then the first two, and so on.

Costs a simulator for each step, of a netlist a synthesis too, so it is asked only when a design has already been seen
to differ.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edgeflow.fixedpoint import Integers
from edgeflow.kernels._unit import foldable
from edgeflow.network.network import Network
from edgeflow.rtl.delays import ECP5_SPEED_6, Delays
from edgeflow.rtl.design import Design
from edgeflow.rtl.generate import generate
from edgeflow.rtl.shapes import Folding
from edgeflow.store import Store
from edgeflow.verify import case as cases
from edgeflow.verify import netlist as netlists
from edgeflow.verify.netlist import NetlistRun
from edgeflow.verify.simulate import Simulation, simulate

Regenerate = Callable[[Network], Design]


@dataclass(frozen=True)
class Place:
    """The first value that the hardware computes differently."""

    layer: int  # index in the network
    phase: str
    sample: int
    channel: int
    expected: int
    got: int


Look = Callable[[Design, Integers, Integers, int], Place | None]  # the design of layers up to one, x, y, that layer


def regenerator(folding: Folding, clock_mhz: float, delays: Delays = ECP5_SPEED_6) -> Regenerate:
    """Generates the first layers of a network as the whole was generated."""

    def regenerate(part: Network) -> Design:
        if isinstance(folding, str):
            return generate(part, folding, clock_mhz, delays)
        there = {layer.name for layer in part.layers if foldable(layer)}
        return generate(part, {name: shape for name, shape in folding.items() if name in there}, clock_mhz, delays)

    return regenerate


def locate(network: Network, regenerate: Regenerate, x: Integers, look: Look) -> Place | None:
    """The first layer whose hardware differs from ``Network.trace`` on frames ``x``; None if no layer's does."""
    for index, y in enumerate(network.trace(x)):
        place = look(regenerate(network.until(index)), x, y, index)
        if place:
            return place
    return None


def rtl_look(seed: int, store: Store) -> Look:
    def look(design: Design, x: Integers, y: Integers, layer: int) -> Place | None:
        case = cases.standard_case(design, len(x), seed)
        return first_difference(simulate(design, x, y, case, store), design, y, layer)

    return look


def netlist_look(seed: int, store: Store) -> Look:
    def look(design: Design, x: Integers, y: Integers, layer: int) -> Place | None:
        return first_of_netlist(netlists.simulate(design, x, seed, store), y, layer)

    return look


def first_of_netlist(run: NetlistRun, y: Integers, layer: int) -> Place | None:
    for phase, got in run.outputs.items():
        for sample, channel in np.argwhere(got != y)[:1].tolist():
            return Place(layer, phase, sample, channel, int(y[sample, channel]), int(got[sample, channel]))
    return None


def first_difference(simulation: Simulation, design: Design, y: Integers, layer: int) -> Place | None:
    """The first wrong value of the first phase that has one."""
    stream = design.m_axis
    for name, phase in simulation.phases.items():
        if phase.mismatches:
            expected = np.asarray(y).reshape(-1, stream.lanes)[phase.first_bad]
            got = np.array(cases.unpack(phase.first_got, stream))
            lane = int(np.flatnonzero(expected != got)[0])
            sample, beat = divmod(phase.first_bad, stream.beats)
            return Place(layer, name, sample, beat * stream.lanes + lane, int(expected[lane]), int(got[lane]))
    return None
