"""A simple analytic estimate: the costs its units state, summed. Cycles are exact; LUT, FF, DSP and BRAM are forms."""

from dataclasses import dataclass

from edgeflow.rtl.design import Design


@dataclass(frozen=True)
class Estimate:
    """Of the bare core, without board, link or clock."""

    luts: int
    ffs: int
    brams: int
    dsps: int
    latency_cycles: int  # exact
    interval_cycles: int  # exact


def estimate(design: Design) -> Estimate:
    cost = design.cost
    return Estimate(cost.luts, cost.ffs, cost.brams, cost.dsps, design.latency_cycles, design.interval_cycles)
