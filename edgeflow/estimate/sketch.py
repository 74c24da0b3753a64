"""Parts of a network that is not generated: its layers in logic sketched, all others as they will be.

What takes seconds is left out: the solver that shares adders, and the schedule of pipelines. Adders follow from the
signed digits of weights and what sharing usually saves, registers from the depth of their trees. FIFOs are left out.
"""

from collections import Counter
from collections.abc import Sequence
from math import ceil, log2

import numpy as np
from numpy.typing import NDArray

from edgeflow.circuit.graph import Circuit
from edgeflow.kernels._unit import Beat, Unit
from edgeflow.network.network import Network
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.design import LOGIC, Part
from edgeflow.rtl.gears import gears
from edgeflow.rtl.operations import operations
from edgeflow.rtl.pieces import INPUT, Piece, parts_of, pieces_of
from edgeflow.rtl.shapes import Folding, input_lanes, layer_shapes

SHARED = 0.66  # adders left of those that weights' digits need; means over the corpus' designs
CARRIED = 0.55  # registers of a tree's stage, for each bit of its sums and inputs


def sketched(network: Network, folding: Folding, clock_mhz: float, delays: Delays) -> tuple[list[Part], int]:
    """The parts, and the cycles between frames, which are exact."""
    shapes = layer_shapes(network, folding)
    lanes = {INPUT: input_lanes(network, shapes, folding)}
    pieces = pieces_of(network, shapes, lanes[INPUT])
    found, cycles = list[Part](), [network.in_features // lanes[INPUT]]
    takers: Counter[int] = Counter()
    for part in parts_of(pieces):
        for source, wanted in zip(part.outside, part.lanes, strict=True):
            takers[source] += 1
            for gear in _gears(network, pieces, source, lanes[source], wanted):
                found.append(Part(gear.module, gear.parameters, stated=gear.cost))
                cycles.append(gear.interval_cycles)
        if len(part.outside) > 1:
            found.append(Part("ef_join", {"Inputs": len(part.outside)}))
        members, stage = [pieces[i] for i in part.members], pieces[part.members[0]].stage
        if isinstance(stage, Unit):
            found.append(Part(stage.module, stage.parameters, stage.memories, stated=stage.cost))
        else:
            found.append(Part(LOGIC, _census(network, members, clock_mhz, delays)))
        cycles.append(stage.interval_cycles if isinstance(stage, Unit) else stage.beats)
        lanes[part.members[-1]] = members[-1].stage.out_lanes
    found += [Part("ef_fork", {"Outputs": n}) for n in takers.values() if n > 1]
    return found, max(*cycles, network.out_features // lanes[len(pieces) - 1])


def _gears(network: Network, pieces: Sequence[Piece], source: int, lanes: int, wanted: int) -> list[Unit]:
    features = network.in_features if source == INPUT else pieces[source].features
    width = network.input.width if source == INPUT else pieces[source].y.width
    return gears(features, width, lanes, wanted) if features else []


def _census(network: Network, members: Sequence[Piece], clock_mhz: float, delays: Delays) -> dict[str, int]:
    """As rtl/census.py counts it."""
    budget = max(1000 / clock_mhz - delays.register_ns, delays.route_ns)
    counts: Counter[str] = Counter()
    first, last = members[0].stage, members[-1].stage
    assert isinstance(first, Beat) and isinstance(last, Beat)
    in_bits = sum(y.width * n for y, n in zip(first.formats, first.in_lanes, strict=True))
    out_bits = last.y.width * last.out_lanes
    registers, latency = in_bits + out_bits, 2.0
    for piece in members:
        stage, kernel = piece.stage, network.layers[piece.layer].kernel
        assert isinstance(stage, Beat)
        hop = delays.route_ns + 2 * delays.lut_ns + delays.carry_ns * stage.y.width
        weight = getattr(kernel, "weight", None)
        if weight is None:
            counts.update(_exact(stage))
            latency += 1.5 * hop / budget
            continue
        digits = _digits(weight).reshape(-1, weight.shape[-1]).sum(axis=0)
        copies = stage.out_lanes / weight.shape[-1]
        adders = copies * SHARED * float(np.maximum(digits - 1, 0).sum())
        width = (stage.formats[0].width + stage.y.width) / 2
        deep = log2(max(2.0, float(digits.max()))) * hop / budget
        counts.update({"add_bits": round(adders * width), "add_chains": round(adders)})
        counts.update({"offset_bits": round(0.7 * stage.out_lanes * stage.y.width), "offset_chains": stage.out_lanes})
        registers += round(CARRIED * deep * (stage.out_lanes * stage.y.width + in_bits))
        latency += deep
    steps = ceil(latency)
    sizes = {"registers": registers + steps, "lone_registers": in_bits + steps, "latency": steps, "unused": 0}
    return {**counts, **sizes, "stage_ps": round(1000 * budget), "out_bits": out_bits, "in_bits": in_bits}


def _exact(stage: Beat) -> Counter[str]:
    """Logic without weights is built: it needs no solver."""
    circuit, at = Circuit(), 0
    values = []
    for y, lanes in zip(stage.formats, stage.in_lanes, strict=True):
        values.append([circuit.input(at + i, y.lo, y.hi) for i in range(lanes)])
        at += lanes
    circuit.outputs = [circuit.positive(term) for term in stage.build(circuit, *values)]
    return operations(circuit, circuit.live())


def _digits(weight: NDArray[np.int64]) -> NDArray[np.int64]:
    """Signed digits of each weight in its shortest form: non-adjacent, as many as ``w ^ 3 w`` has ones."""
    size = np.abs(weight)
    digits: NDArray[np.int64] = np.bitwise_count(size ^ (3 * size)).astype(np.int64)
    return digits
