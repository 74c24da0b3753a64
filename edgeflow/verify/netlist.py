"""The synthesized netlist, simulated by a second simulator: Yosys' CXXRTL, on the cells that nextpnr packs.

A fault of synthesis shows here, and one of Verilator's, for both simulate the same frames.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgeflow import shipped
from edgeflow.errors import MismatchError
from edgeflow.fixedpoint import Integers
from edgeflow.rtl.design import Design
from edgeflow.store import Store, code_digest, digest
from edgeflow.tools import _process, cxxrtl, gxx, pyosys
from edgeflow.verify import case as cases
from edgeflow.verify.case import Phase

TIMEOUT_S = 3600


@dataclass(frozen=True, eq=False)
class NetlistRun:
    outputs: dict[str, Integers]  # phase -> (frames, out_features)

    def worst(self, y: Integers) -> Integers:
        """The outputs of the first phase that are not ``y``; of any if all are."""
        return next((found for found in self.outputs.values() if not np.array_equal(found, y)), y)


def simulator(design: Design, store: Store) -> Path:
    """The program that simulates the design's netlist; built once for the same netlist and tools."""
    synthesis = pyosys.synthesize(design.top, design.sources, design.memories, store)

    def build(folder: Path) -> None:
        cxxrtl.run(folder, design.top, synthesis.netlist)
        for file in folder.iterdir():
            if file.name not in ("netlist", "cxxrtl.log"):
                file.unlink()

    material = {
        "netlist": digest(synthesis.netlist.read_text()),
        "models": [shipped.source(f"cells/{model}") for model in cxxrtl.MODELS],
        "bench": shipped.source(cxxrtl.MAIN, "sim"),
        "code": code_digest("tools/cxxrtl.py", "tools/_cxxrtl_parts.py"),
        "tools": [cxxrtl.version(), gxx.version()],
    }
    return store.stage("netlist_simulator", material, build) / "netlist"


def phases(design: Design) -> tuple[Phase, ...]:
    """Full rate; then, after a reset in mid-frame, pauses on both sides."""
    reset = cases.standard_case(design, 1, 0).phases[-1].resets[0]
    return Phase("full rate"), Phase("gaps and stalls", gap=96, stall=96, resets=(reset,))


def simulate(design: Design, x: Integers, seed: int, store: Store) -> NetlistRun:
    """Frames ``x`` through the netlist, in each phase. Raises MismatchError if beats get lost or more come."""
    program, case = simulator(design, store), cases.standard_case(design, len(x), seed)
    with tempfile.TemporaryDirectory(prefix="edgeflow-netlist-") as temporary:
        folder = Path(temporary)
        (folder / "stimulus.hex").write_text(cases.beats(x, design.s_axis))
        argv = [str(program.resolve()), *arguments(design, case, phases(design))]
        _process.run(_process.Job("netlist", argv, folder, "netlist.log", timeout_s=TIMEOUT_S))
        found = {
            phase.name: _observed(folder / f"observed_{i}.hex", design, len(x), phase.name)
            for i, phase in enumerate(phases(design))
        }
    return NetlistRun(found)


def arguments(design: Design, case: cases.Case, todo: tuple[Phase, ...]) -> list[str]:
    """What sim/netlist_main.cpp takes."""
    drain = design.latency_cycles  # the RTL has shown what comes later; a cycle here is dear
    numbers = (design.s_axis.beats, design.m_axis.beats, case.seed, case.timeout_cycles, drain)
    return [*map(str, numbers), *(",".join(map(str, (p.gap, p.stall, *p.resets))) for p in todo)]


def _observed(file: Path, design: Design, frames: int, phase: str) -> Integers:
    beats, received = frames * design.m_axis.beats, len(file.read_text().split())
    if received != beats:
        raise MismatchError(f"netlist: received {received} of {beats} beats in phase {phase!r}; the RTL sent them all")
    return cases.read_beats(file, frames, design.m_axis)
