"""Design to bitstream: Yosys once, nextpnr once a seed, ecppack for the fastest.

``implement`` puts the design on a board; ``implement_core`` routes it out of context, for comparisons.
"""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from edgeflow.boards._board import Board, Budget
from edgeflow.errors import DoesNotFitError
from edgeflow.implement.lpf import constraints
from edgeflow.implement.result import Cells, Implementation, best_of
from edgeflow.implement.wrapper import wrap
from edgeflow.rtl.design import Design
from edgeflow.store import Store
from edgeflow.tools import ecppack, nextpnr_ecp5, pyosys
from edgeflow.tools.nextpnr_ecp5 import DEFAULT_TARGET, Routed, Target
from edgeflow.tools.pyosys import Synthesis

PARALLEL = 2  # nextpnr processes, half a GiB each
CELLS = {"luts": "TRELLIS_COMB", "ffs": "TRELLIS_FF", "brams": "DP16KD", "dsps": "MULT18X18D"}
LUTS_OF = {"LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 4}  # TRELLIS_COMB that a cell becomes at least

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Both:
    """The design on its board, routed, and the cells of its bare core, packed."""

    board: Implementation
    core: Cells


def implement(
    design: Design,
    board: Board,
    clock_mhz: float,
    seeds: Sequence[int],
    folder: Path,
    name: str,
    store: Store,
    progress: Progress = lambda _: None,
) -> Both:
    """Synthesize, place, route and pack ``design`` for ``board``; the result is ``folder/<name>.bit``.

    The bare core, synthesized once for verification and here, is packed beside it: what the estimate is compared with.
    A missed clock is in the result. Raises DoesNotFitError, ToolError, MissingToolError, or InputError for a bad clock.
    """
    started = time.monotonic()
    whole = wrap(design, board, clock_mhz)
    _write(folder, whole.sources, whole.memories)
    (folder / f"{board.name}.lpf").write_text(constraints(board))
    progress(f"synthesize {board.top}")
    synthesis = pyosys.run(folder, whole.top, list(whole.sources))
    check_budget(board.name, board.budget, synthesis.cells)
    core_folder, target = folder / "core", Target(board.device, board.package, board.speed)
    progress(f"synthesize {design.top}")
    core_synthesis = pyosys.synthesize(design.top, design.sources, design.memories, store)
    core_folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(core_synthesis.netlist, core_folder)
    core = cells_of(nextpnr_ecp5.pack(core_folder, design.top, target), core_synthesis)
    progress(f"place and route, {len(seeds)} seeds")
    lpf = f"{board.name}.lpf"
    routed = nextpnr_ecp5.run(folder, whole.top, seeds, target, whole.clock_mhz, lpf, PARALLEL)
    best = best_of(routed)
    assert best.config is not None
    progress(f"pack {name}.bit")
    bitstream = ecppack.run(folder, best.config.name, name)
    seconds = time.monotonic() - started
    return Both(_result(board.name, target, synthesis, routed, whole.clock_mhz, bitstream, seconds), core)


def implement_core(
    design: Design,
    seeds: Sequence[int],
    folder: Path,
    clock_mhz: float = 100.0,
    target: Target = DEFAULT_TARGET,
    progress: Progress = lambda _: None,
) -> Implementation:
    """The design alone, without pins or bitstream: what it costs and how fast it is."""
    started = time.monotonic()
    _write(folder, design.sources, design.memories)
    progress(f"synthesize {design.top}")
    synthesis = pyosys.run(folder, design.top, list(design.sources))
    progress(f"place and route, {len(seeds)} seeds")
    routed = nextpnr_ecp5.run(folder, design.top, seeds, target, clock_mhz, parallel=PARALLEL)
    return _result(None, target, synthesis, routed, clock_mhz, None, time.monotonic() - started)


def check_budget(board: str, budget: Budget, cells: Mapping[str, int]) -> None:
    """Raise DoesNotFitError if synthesis alone already needs more than the board has."""
    needed = {key: cells.get(cell, 0) for key, cell in CELLS.items()}
    needed["luts"] = sum(count * cells.get(cell, 0) for cell, count in LUTS_OF.items())
    over = {key: needed[key] - there for key, there in asdict(budget).items() if needed[key] > there}
    if over:
        key = max(over, key=lambda k: over[k] / getattr(budget, k))
        raise DoesNotFitError(
            f"boards.{board}: {needed[key]} {key} needed, {getattr(budget, key)} available, {over[key]} too many; "
            "fold layers (hardware.folding), use fewer bits or units, or choose a larger board"
        )


def cells_of(used: Mapping[str, int], synthesis: Synthesis) -> Cells:
    return Cells(**{key: used[cell] for key, cell in CELLS.items()}, carries=synthesis.cells.get("CCU2C", 0))


def _write(folder: Path, sources: Mapping[str, str], memories: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**sources, **memories}.items():
        (folder / name).write_text(text)


def _result(
    board: str | None,
    target: Target,
    synthesis: Synthesis,
    routed: list[Routed],
    clock_mhz: float,
    bitstream: Path | None,
    seconds: float,
) -> Implementation:
    best = best_of(routed)
    return Implementation(
        board=board,
        device=target.device,
        luts=best.used[CELLS["luts"]],
        ffs=best.used[CELLS["ffs"]],
        brams=best.used[CELLS["brams"]],
        dsps=best.used[CELLS["dsps"]],
        carries=synthesis.cells.get("CCU2C", 0),
        fmax_mhz=best.slowest_mhz,
        fmax_mhz_by_seed={run.seed: run.slowest_mhz for run in routed},
        clock_mhz=clock_mhz,
        timing_met=best.slowest_mhz >= clock_mhz,
        bitstream=bitstream,
        bitstream_bytes=bitstream.stat().st_size if bitstream else None,
        tools={tool.NAME: str(tool.version()) for tool in (pyosys, nextpnr_ecp5, ecppack)},
        seconds=seconds,
    )
