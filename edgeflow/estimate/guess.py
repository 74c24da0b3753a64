"""Logic too large to be solved quickly, as a census: adders by the signed digits of weights and what sharing them
usually saves, registers by the depth of their trees.
"""

from collections import Counter
from collections.abc import Sequence
from math import ceil, log2

import numpy as np
from numpy.typing import NDArray

from edgeflow.circuit.graph import Circuit
from edgeflow.fixedpoint import Integers
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Beat
from edgeflow.network.network import Kernel
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.operations import operations
from edgeflow.rtl.unrolled import Group, Made

SHARED = 0.66  # adders left of those that weights' digits need; means over the corpus' designs
CARRIED = 0.55  # registers of a tree's stage, for each bit of its sums and inputs


def adders(group: Group, kernels: Sequence[Kernel]) -> int:
    """That all products by weights need, none shared."""
    weights = [(beat, _weight(kernel)) for beat, kernel in zip(group.beats, kernels, strict=True)]
    return round(sum(_adders(beat, weight) for beat, weight in weights if weight is not None))


def guessed_unit(module: str, group: Group, kernels: Sequence[Kernel], clock_mhz: float, delays: Delays) -> Made:
    """A unit without a circuit: only an estimate can look at it."""
    census = _census(group, kernels, clock_mhz, delays)
    cost = Cost(luts=census["add_bits"], ffs=census["registers"])
    return Made(group.unit(module, census["latency"], cost, census), _no_text, [0] * len(kernels))


def _no_text() -> str:
    raise AssertionError("what is guessed has no hardware")


def _census(group: Group, kernels: Sequence[Kernel], clock_mhz: float, delays: Delays) -> dict[str, int]:
    """As rtl/census.py counts it."""
    budget = max(1000 / clock_mhz - delays.register_ns, delays.route_ns)
    in_bits = group.width
    counts: Counter[str] = Counter()
    registers, latency = in_bits + group.output.width, 2.0
    for beat, kernel in zip(group.beats, kernels, strict=True):
        hop = delays.route_ns + 2 * delays.lut_ns + delays.carry_ns * beat.y.width
        weight = _weight(kernel)
        if weight is None:
            counts.update(_exact(beat))
            latency += 1.5 * hop / budget
            continue
        left = SHARED * _adders(beat, weight)
        width = (beat.formats[0].width + beat.y.width) / 2
        deep = log2(max(2.0, float(_column_digits(weight).max()))) * hop / budget
        counts.update({"add_bits": round(left * width), "add_chains": round(left)})
        counts.update({"offset_bits": round(0.7 * beat.out_lanes * beat.y.width), "offset_chains": beat.out_lanes})
        registers += round(CARRIED * deep * (beat.out_lanes * beat.y.width + in_bits))
        latency += deep
    steps = ceil(latency)
    sizes = {"registers": registers + steps, "lone_registers": in_bits + steps, "latency": steps, "unused": 0}
    return {**counts, **sizes, "stage_ps": round(1000 * budget)}


def _exact(beat: Beat) -> Counter[str]:
    """Logic without weights is built: it needs no solver."""
    circuit, at = Circuit(), 0
    values = []
    for y, lanes in zip(beat.formats, beat.in_lanes, strict=True):
        values.append([circuit.input(at + i, y.lo, y.hi) for i in range(lanes)])
        at += lanes
    circuit.outputs = [circuit.positive(term) for term in beat.build(circuit, *values)]
    return operations(circuit, circuit.live())


def _weight(kernel: Kernel) -> Integers | None:
    return getattr(kernel, "weight", None)


def _adders(beat: Beat, weight: Integers) -> float:
    """Of a beat: its lanes are copies of the weights' columns."""
    copies: float = beat.out_lanes / weight.shape[-1]
    return copies * float(np.maximum(_column_digits(weight) - 1, 0).sum())


def _column_digits(weight: Integers) -> NDArray[np.int64]:
    """Signed digits of each column in their shortest form: non-adjacent, as many as ``w ^ 3 w`` has ones."""
    size = np.abs(weight)
    digits: NDArray[np.int64] = np.bitwise_count(size ^ (3 * size)).astype(np.int64)
    columns: NDArray[np.int64] = digits.reshape(-1, weight.shape[-1]).sum(axis=0)
    return columns
