"""Many small designs simulated in one model (edgeflow/verify/batch.py), and everything about them that may be wrong."""

import numpy as np

from edgeflow.fixedpoint import Integers
from edgeflow.rtl.design import Design
from edgeflow.store import Store
from edgeflow.verify import batch
from edgeflow.verify import case as cases
from edgeflow.verify.simulate import Simulation

FRAMES = 64
SEED = 11


def check_all(designs: list[Design], xs: list[Integers], ys: list[Integers], store: Store) -> None:
    """Every design sends ``ys`` for ``xs`` under pauses and reset, at the latency and interval its formulas say.

    Designs need names of their own. Raises AssertionError that names each design that fails, and how.
    """
    problems = []
    for design, y, simulation in zip(designs, ys, simulate_all(designs, xs, ys, store), strict=True):
        problems += [f"{design.top}: {problem}" for problem in problems_of(design, y, simulation)]
    assert not problems, "\n".join(problems)


def problems_of(design: Design, y: Integers, simulation: Simulation) -> list[str]:
    found = []
    for name, phase in simulation.phases.items():
        if phase.received != len(y) * design.m_axis.beats:
            found.append(f"{name}: received {phase.received} of {len(y) * design.m_axis.beats} beats")
        if phase.mismatches or phase.broken_rules:
            found.append(f"{name}: {phase.mismatches} wrong beats, {phase.broken_rules} broken rules; {phase}")
    if not found and not np.array_equal(simulation.outputs, y):
        found.append("the outputs that were written differ, though none was counted")
    full = simulation.phases["full rate"]
    measured = (full.latency_cycles, full.interval_cycles(len(y)))
    if measured != (design.latency_cycles, design.interval_cycles):
        found.append(f"latency, interval {measured}; formulas {design.latency_cycles, design.interval_cycles}")
    return found


def simulate_all(designs: list[Design], xs: list[Integers], ys: list[Integers], store: Store) -> list[Simulation]:
    todo = [cases.standard_case(design, len(x), SEED) for design, x in zip(designs, xs, strict=True)]
    return batch.simulate_all(designs, xs, ys, todo, store)
