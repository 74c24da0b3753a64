"""Design to bitstream: Yosys once, nextpnr once a seed, the packer for the fastest; tools by the board's family.

``implement`` puts the design on a board; ``implement_core`` routes it out of context, for comparisons.
"""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from edgeflow.boards._board import Board, Budget
from edgeflow.errors import DoesNotFitError
from edgeflow.families import _family
from edgeflow.families._family import Family
from edgeflow.implement import floorplan
from edgeflow.implement.result import Cells, Implementation, best_of
from edgeflow.implement.wrapper import wrap
from edgeflow.rtl.design import Design
from edgeflow.store import Store
from edgeflow.tools import _process, nextpnr_ecp5, pyosys
from edgeflow.tools._nextpnr import Routed, Target
from edgeflow.tools.pyosys import Synthesis

PARALLEL = 2  # nextpnr processes, half a GiB each

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
    """Synthesize, place, route and pack ``design`` for ``board``; the result is ``folder/<name>.*``.

    The bare core, synthesized once for verification and here, is packed beside it: what the estimate is compared with.
    A missed clock is in the result. Raises DoesNotFitError, ToolError, MissingToolError, or InputError for a bad clock.
    """
    started = time.monotonic()
    whole, family, target = wrap(design, board, clock_mhz), _family.of(board), _family.target(board)
    _write(folder, whole.sources, whole.memories)
    constraints = f"{board.name}.{family.suffix}"
    (folder / constraints).write_text(family.constraints(board))
    progress(f"synthesize {board.top}")
    synthesis = pyosys.run(folder, whole.top, list(whole.sources), family.technology)
    check_budget(board.name, board.budget, family.needs(synthesis.cells))
    progress(f"place and route, {len(seeds)} seeds")
    with _process.beside(partial(_packed_core, design, family, target, folder / "core", store)) as core:
        routed = family.router.run(folder, whole.top, seeds, target, whole.clock_mhz, constraints, PARALLEL)
    best = best_of(routed)
    assert best.config is not None and best.placed is not None
    progress(f"pack {name}")
    bitstream = family.packer.run(folder, best.config.name, name)
    plan = floorplan.read(best.placed, [part.serves for part in design.parts], family, board.die)
    seconds = time.monotonic() - started
    done = _result(board.name, family, target, synthesis, routed, whole.clock_mhz, bitstream, seconds)
    return Both(replace(done, floorplan=plan), core())


def _packed_core(design: Design, family: Family, target: Target, folder: Path, store: Store) -> Cells:
    synthesis = pyosys.synthesize(design.top, design.sources, design.memories, store, family.technology)
    return pack_core(synthesis, folder, design.top, family, target)


def pack_core(synthesis: Synthesis, folder: Path, top: str, family: Family, target: Target) -> Cells:
    """What the bare core takes on the device, without its pins."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(synthesis.netlist, folder)
    return Cells(**family.takes(family.router.pack(folder, top, target), synthesis.cells))


def implement_core(
    design: Design,
    seeds: Sequence[int],
    folder: Path,
    clock_mhz: float = 100.0,
    target: Target = nextpnr_ecp5.DEFAULT_TARGET,
    progress: Progress = lambda _: None,
) -> Implementation:
    """The design alone on an ECP5, without pins or bitstream: what it costs and how fast it is."""
    started = time.monotonic()
    _write(folder, design.sources, design.memories)
    progress(f"synthesize {design.top}")
    synthesis = pyosys.run(folder, design.top, list(design.sources))
    progress(f"place and route, {len(seeds)} seeds")
    routed = nextpnr_ecp5.run(folder, design.top, seeds, target, clock_mhz, parallel=PARALLEL)
    family, seconds = _family.load("ecp5"), time.monotonic() - started
    return _result(None, family, target, synthesis, routed, clock_mhz, None, seconds)


def check_budget(board: str, budget: Budget, needed: Mapping[str, int]) -> None:
    """Raise DoesNotFitError if synthesis alone already needs more than the board has."""
    over = {key: needed[key] - there for key, there in asdict(budget).items() if needed[key] > there}
    if over:
        key = max(over, key=lambda k: over[k] / getattr(budget, k))
        raise DoesNotFitError(
            f"boards.{board}: {needed[key]} {key} needed, {getattr(budget, key)} available, {over[key]} too many; "
            "fold layers (hardware.folding), use fewer bits or units, or choose a larger board"
        )


def _write(folder: Path, sources: Mapping[str, str], memories: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**sources, **memories}.items():
        (folder / name).write_text(text)


def _result(
    board: str | None,
    family: Family,
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
        **family.takes(best.used, synthesis.cells),
        seed=best.seed,
        fmax_mhz=best.slowest_mhz,
        fmax_mhz_by_seed={run.seed: run.slowest_mhz for run in routed},
        clock_mhz=clock_mhz,
        timing_met=best.slowest_mhz >= clock_mhz,
        bitstream=bitstream,
        bitstream_bytes=bitstream.stat().st_size if bitstream else None,
        tools={tool.NAME: str(tool.version()) for tool in (pyosys, family.router, family.packer)},
        seconds=seconds,
        floorplan=None,
    )
