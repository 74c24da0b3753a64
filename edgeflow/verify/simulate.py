"""RTL simulation: build the bench around a design once, then run vectors through it with cocotb."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import MismatchError, ToolError
from edgeflow.fixedpoint import Integers
from edgeflow.rtl.design import Design
from edgeflow.store import Store
from edgeflow.tools import _process, cocotb, gxx, verilator
from edgeflow.verify import case as cases
from edgeflow.verify.bench import SIM, bench_options


@dataclass(frozen=True)
class PhaseResult:
    """What the bench measured in one phase."""

    received: int
    mismatches: int
    first_bad: int
    first_got: int
    first_in: int
    first_out: int
    middle_out: int
    last_out: int
    broken_rules: int

    @property
    def latency_cycles(self) -> int:
        """First input beat accepted to the last output beat of that frame valid."""
        return self.first_out - self.first_in

    def interval_cycles(self, frames: int) -> int:
        """Cycles between frames in the second half, when the first ones have filled what buffers there are: the mean,
        rounded, for frames may take turns of a few cycles around it."""
        start, after = (self.middle_out, frames - 1 - frames // 2) if frames > 2 else (self.first_out, frames - 1)
        return (2 * (self.last_out - start) + after) // (2 * after) if after else 0


@dataclass(frozen=True, eq=False)
class Simulation:
    phases: dict[str, PhaseResult]
    outputs: Integers  # (frames, out_features), as the RTL sent them in the last phase


def simulator(design: Design, store: Store, max_frames: int, trace: str | None = None) -> Path:
    """The folder with the compiled bench of a design; built once for the same text and tools."""
    options = bench_options(design, max_frames)
    bench = (SIM / "tb_stream.sv").read_text()
    material = {
        "sources": design.sources,
        "memories": design.memories,
        "bench": bench,
        "options": options,
        "trace": trace,
        "tools": [verilator.version(), cocotb.version(), gxx.version()],
        "flags": verilator.MODEL_FLAGS,
    }

    def build(folder: Path) -> None:
        sources = [path.name for path in design.write_sources(folder)]
        (folder / "tb_stream.sv").write_text(bench)
        driver = verilator.cocotb_driver(trace)
        verilator.build(folder, [*sources, "tb_stream.sv"], "tb_stream", driver, store, options)
        shutil.rmtree(folder / "model")

    return store.stage("simulator", material, build)


def simulate(
    design: Design, x: Integers, y: Integers, case: cases.Case, store: Store, waves: Path | None = None
) -> Simulation:
    """Run a case: inputs ``x``, expected outputs ``y``. Differing outputs are results. ``waves``: file to keep what all
    signals did, its ending is the format (``verilator.waves_format()``).

    Raises MismatchError if the design loses or invents beats, ToolError if the simulation itself fails.
    """
    binary = simulator(design, store, _room_for(case.frames), waves.suffix[1:] if waves else None)
    with tempfile.TemporaryDirectory(prefix="edgeflow-sim-") as temporary:
        folder = Path(temporary)
        cases.write(case, design, x, y, folder)
        for memory in design.memories:
            shutil.copy(binary / memory, folder)
        cocotb.run(folder, binary / "sim", "tb_stream", SIM, waves)
        result = folder / "result.json"
        if not result.exists():
            raise ToolError(f"cocotb: no result; last lines:\n{_process.tail((folder / 'sim.log').read_text())}")
        phases = {name: PhaseResult(**fields) for name, fields in json.loads(result.read_text()).items()}
        _check_complete(phases, case.frames * design.m_axis.beats)
        return Simulation(phases, cases.read_beats(folder / "observed.hex", case.frames, design.m_axis))


def _check_complete(phases: dict[str, PhaseResult], beats: int) -> None:
    for name, phase in phases.items():
        if phase.received != beats:
            raise MismatchError(f"simulation: received {phase.received} of {beats} beats in phase {name!r}")


def _room_for(frames: int) -> int:
    """Bench memory in powers of two, so that nearby sample counts share a build."""
    return max(64, 1 << (frames - 1).bit_length())
