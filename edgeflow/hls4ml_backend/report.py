"""The dictionary that ``build`` returns: hls4ml's keys with hls4ml's meaning, and ours with units in their names."""

from dataclasses import asdict
from typing import Any

from edgeflow.hls4ml_backend.options import Options
from edgeflow.implement.result import Implementation
from edgeflow.rtl.design import Design
from edgeflow.verify.simulate import Simulation

Report = dict[str, Any]


def of_design(design: Design, said: Options) -> Report:
    """What is known without tools: cycles are formulas."""
    cycles = {"latency_cycles": design.latency_cycles, "interval_cycles": design.interval_cycles}
    hls = {
        "TargetClockPeriod": 1000 / said.clock_mhz,
        "BestLatency": design.latency_cycles,
        "WorstLatency": design.latency_cycles,
        "IntervalMin": design.interval_cycles,
        "IntervalMax": design.interval_cycles,
    }
    budget = said.board.budget
    there = {"LUT": budget.luts, "FF": budget.ffs, "BRAM_18K": budget.brams, "DSP": budget.dsps}
    return {"CSynthesisReport": hls | {f"Available{key}": value for key, value in there.items()}} | cycles


def of_cosimulation(design: Design, simulation: Simulation) -> Report:
    full = simulation.phases["full rate"]
    interval = full.interval_cycles(len(simulation.outputs))
    cosim = {"RTL": "SystemVerilog", "Status": "Pass", "LatencyMin": full.latency_cycles}
    cosim |= {"LatencyMax": full.latency_cycles, "IntervalMin": interval, "IntervalMax": interval}
    return {"CosimReport": cosim, "CosimResults": simulation.outputs.tolist()}


def with_implementation(found: Report, made: Implementation) -> Report:
    """Routed numbers of the whole board design, its serial link included."""
    cells = {"LUT": made.luts, "FF": made.ffs, "BRAM_18K": made.brams, "DSP": made.dsps}
    hls = found["CSynthesisReport"] | cells | {"EstimatedClockPeriod": 1000 / made.fmax_mhz}
    return found | {"CSynthesisReport": hls} | asdict(made)
