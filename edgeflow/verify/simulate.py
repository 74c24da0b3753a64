"""RTL simulation: build the bench around a design once, then run vectors through it with cocotb."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import ToolError
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
    last_out: int
    broken_rules: int


def simulator(design: Design, store: Store, max_frames: int, waves: bool = False) -> Path:
    """The folder with the compiled bench of a design; built once for the same text and tools."""
    options = bench_options(design, max_frames)
    bench = (SIM / "tb_stream.sv").read_text()
    material = {
        "sources": design.sources,
        "memories": design.memories,
        "bench": bench,
        "options": options,
        "waves": waves,
        "tools": [verilator.version(), cocotb.version(), gxx.version()],
        "flags": verilator.MODEL_FLAGS,
    }

    def build(folder: Path) -> None:
        sources = [path.name for path in design.write_sources(folder)]
        (folder / "tb_stream.sv").write_text(bench)
        verilator.build(folder, [*sources, "tb_stream.sv"], "tb_stream", store, waves, options)
        shutil.rmtree(folder / "model")

    return store.stage("simulator", material, build)


def simulate(
    design: Design, x: Integers, y: Integers, case: cases.Case, store: Store, waves: Path | None = None
) -> dict[str, PhaseResult]:
    """Run a case: inputs ``x``, expected outputs ``y``. Memories are read from the simulator's folder.

    Raises ToolError if the simulation itself fails; differing outputs are results.
    """
    binary = simulator(design, store, _room_for(case.frames), waves is not None)
    with tempfile.TemporaryDirectory(prefix="edgeflow-sim-") as temporary:
        folder = Path(temporary)
        cases.write(case, design, x, y, folder)
        for memory in design.memories:
            shutil.copy(binary / memory, folder)
        cocotb.run(folder, binary / "sim", "tb_stream", SIM, waves)
        results = folder / "result.json"
        if not results.exists():
            raise ToolError(f"cocotb: no result; last lines:\n{_process.tail((folder / 'sim.log').read_text())}")
        return {name: PhaseResult(**fields) for name, fields in json.loads(results.read_text()).items()}


def _room_for(frames: int) -> int:
    """Bench memory in powers of two, so that nearby sample counts share a build."""
    return max(64, 1 << (frames - 1).bit_length())
