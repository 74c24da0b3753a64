"""Many small designs in one Verilated model: g++ reads the headers once for all of them.

Each design sits in its own copy of sim/tb_stream.sv, renamed and with its own plusargs; the cocotb side is tb_batch.py.
What is measured is what ``edgeflow.verify.simulate`` measures, phase by phase.
"""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from edgeflow.fixedpoint import Integers
from edgeflow.rtl.design import Design
from edgeflow.store import Store
from edgeflow.tools import _process, cocotb, gxx, verilator
from edgeflow.verify import case as cases
from edgeflow.verify.bench import SIM, bench_options
from edgeflow.verify.simulate import PhaseResult, Simulation

HERE = Path(__file__).parent
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
    assert len({design.top for design in designs}) == len(designs), "designs of a batch need names of their own"
    binary = _simulator(designs, store, max(64, *(len(x) for x in xs)))
    with tempfile.TemporaryDirectory(prefix="edgeflow-batch-") as temporary:
        folder, all_cases = Path(temporary), []
        for i, (design, x, y) in enumerate(zip(designs, xs, ys, strict=True)):
            for name, text in design.memories.items():
                (folder / name).write_text(text)
            (folder / f"stimulus{i}.hex").write_text(cases.beats(x, design.s_axis))
            (folder / f"expected{i}.hex").write_text(cases.beats(y, design.m_axis))
            all_cases.append(asdict(cases.standard_case(design, len(x), SEED)))
        (folder / "case.json").write_text(json.dumps(all_cases))
        _run(folder, binary / "sim", len(designs))
        results = json.loads((folder / "result.json").read_text())
        return [
            Simulation(
                {name: PhaseResult(**fields) for name, fields in result.items()},
                _observed(folder / f"observed{i}.hex", len(xs[i]), designs[i]),
            )
            for i, result in enumerate(results)
        ]


def _observed(file: Path, frames: int, design: Design) -> Integers:
    """What was written when the bench was done; all zero if it never was."""
    if not file.exists():
        return np.zeros((frames, design.m_axis.features), np.int64)
    return cases.read_beats(file, frames, design.m_axis)


def _simulator(designs: list[Design], store: Store, max_frames: int) -> Path:
    texts = {name: text for design in designs for name, text in design.sources.items()}
    texts |= {f"tb_{i}.sv": _bench(i, design.top) for i, design in enumerate(designs)}
    texts["tb_batch.sv"] = _top(designs, max_frames)
    memories = {name: text for design in designs for name, text in design.memories.items()}

    def build(folder: Path) -> None:
        for name, text in (texts | memories).items():
            (folder / name).write_text(text)
        verilator.build(folder, list(texts), "tb_batch", store)

    return store.stage("batch", [texts, memories, verilator.version(), gxx.version(), verilator.MODEL_FLAGS], build)


def _bench(i: int, top: str) -> str:
    text = (SIM / "tb_stream.sv").read_text().replace("module tb_stream", f"module tb_{i}").replace("`DUT", top)
    for name in ("stimulus", "expected", "observed"):
        text = text.replace(f'"{name}=%s"', f'"{name}{i}=%s"')
    return text


def _top(designs: list[Design], max_frames: int) -> str:
    instances = []
    for i, design in enumerate(designs):
        options = [option[2:].split("=") for option in bench_options(design, max_frames) if option.startswith("-G")]
        parameters = ", ".join(f".{name}({value})" for name, value in options)
        instances.append(f"  tb_{i} #({parameters}) u_{i} ();\n")
    return f"module tb_batch;\n{''.join(instances)}endmodule\n"


def _run(folder: Path, simulator: Path, count: int) -> None:
    plusargs = [f"+{name}{i}={name}{i}.hex" for i in range(count) for name in ("stimulus", "expected", "observed")]
    env = cocotb.environment("tb_batch", f"{HERE}:{SIM}", "tb_batch")
    _process.run(_process.Job("cocotb", [str(simulator), *plusargs], folder, "sim.log", timeout_s=900, env=env))
    assert (folder / "result.json").exists(), (folder / "sim.log").read_text()[-3000:]
