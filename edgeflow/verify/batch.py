"""Many small designs in one Verilated model: g++ reads the headers once for all of them.

Each design sits in its own copy of sim/tb_stream.sv, renamed and with its own plusargs; the cocotb side is
sim/tb_batch.py. What is measured is what ``edgeflow.verify.simulate`` measures, phase by phase.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from edgeflow import shipped
from edgeflow.errors import ToolError
from edgeflow.fixedpoint import Integers
from edgeflow.rtl.design import Design
from edgeflow.store import Store
from edgeflow.tools import _process, cocotb, gxx, verilator
from edgeflow.verify import case as cases
from edgeflow.verify.bench import SIM, bench_options
from edgeflow.verify.simulate import PhaseResult, Simulation

TIMEOUT_S = 900


def simulate_all(
    designs: Sequence[Design], xs: Sequence[Integers], ys: Sequence[Integers], todo: Sequence[cases.Case], store: Store
) -> list[Simulation]:
    """Every design's case, with inputs ``xs`` and expected outputs ``ys``. Designs need names of their own. Differing
    and missing beats are results. Raises ToolError if the simulation itself fails."""
    assert len({design.top for design in designs}) == len(designs), "designs of a batch need names of their own"
    binary = _simulator(designs, store, max(64, *(len(x) for x in xs)))
    with tempfile.TemporaryDirectory(prefix="edgeflow-batch-") as temporary:
        folder = Path(temporary)
        for i, (design, x, y) in enumerate(zip(designs, xs, ys, strict=True)):
            for name, text in design.memories.items():
                (folder / name).write_text(text)
            (folder / f"stimulus{i}.hex").write_text(cases.beats(x, design.s_axis))
            (folder / f"expected{i}.hex").write_text(cases.beats(y, design.m_axis))
        (folder / "case.json").write_text(json.dumps([asdict(case) for case in todo]))
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


def _simulator(designs: Sequence[Design], store: Store, max_frames: int) -> Path:
    texts = {name: text for design in designs for name, text in design.sources.items()}
    texts |= {f"tb_{i}.sv": _bench(i, design.top) for i, design in enumerate(designs)}
    texts["tb_batch.sv"] = _top(designs, max_frames)
    memories = {name: text for design in designs for name, text in design.memories.items()}

    def build(folder: Path) -> None:
        for name, text in (texts | memories).items():
            (folder / name).write_text(text)
        verilator.build(folder, list(texts), "tb_batch", verilator.cocotb_driver(), store)

    return store.stage("batch", [texts, memories, verilator.version(), gxx.version(), verilator.MODEL_FLAGS], build)


def _bench(i: int, top: str) -> str:
    text = shipped.source("tb_stream.sv", "sim").replace("module tb_stream", f"module tb_{i}").replace("`DUT", top)
    for name in ("stimulus", "expected", "observed"):
        text = text.replace(f'"{name}=%s"', f'"{name}{i}=%s"')
    return text


def _top(designs: Sequence[Design], max_frames: int) -> str:
    instances = []
    for i, design in enumerate(designs):
        options = [option[2:].split("=") for option in bench_options(design, max_frames) if option.startswith("-G")]
        parameters = ", ".join(f".{name}({value})" for name, value in options)
        instances.append(f"  tb_{i} #({parameters}) u_{i} ();\n")
    return f"module tb_batch;\n{''.join(instances)}endmodule\n"


def _run(folder: Path, simulator: Path, count: int) -> None:
    plusargs = [f"+{name}{i}={name}{i}.hex" for i in range(count) for name in ("stimulus", "expected", "observed")]
    env = cocotb.environment("tb_batch", str(SIM), "tb_batch")
    _process.run(_process.Job("cocotb", [str(simulator), *plusargs], folder, "sim.log", timeout_s=TIMEOUT_S, env=env))
    if not (folder / "result.json").exists():
        raise ToolError(f"cocotb: no result; last lines:\n{_process.tail((folder / 'sim.log').read_text())}")
