"""Yosys (the pyosys wheel): SystemVerilog to a netlist of a device family's cells, ECP5's unless told otherwise.

It runs in its own process, so an internal error cannot take us along and its memory is returned.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeflow import shipped
from edgeflow.store import Store, code_digest
from edgeflow.tools import _ecp5_carries, _process

NAME = "yosys"
INSTALL = "pip install pyosys==0.70"

# -P keeps the working folder off sys.path: a design cannot shadow the package.
WORKER = (
    "import sys; from pyosys import libyosys as ys; design = ys.Design(); "
    "[ys.run_pass(line, design) for line in open(sys.argv[1]).read().splitlines()]"
)

ADDER_MAP = "ecp5_add.v"  # in hw/techmap
# Additions are mapped before Yosys' alumacc, which would join chains of them into larger carry-save adders.
ADDERS = (
    "proc",
    "flatten",
    "opt -nodffe -nosdff",
    "wreduce",
    "opt_clean",
    f"techmap -map {ADDER_MAP}",
    "opt_clean",
)


@dataclass(frozen=True)
class Technology:
    """How a netlist of generic cells becomes one of a device family's."""

    synth: str  # the pass, with its options
    before: tuple[str, ...] = ()  # on the elaborated design, flattened
    techmap: str | None = None  # of hw/techmap, which they read
    finish: Callable[[Path], None] | None = None  # on the netlist's file


ECP5 = Technology("synth_ecp5", ADDERS, ADDER_MAP, _ecp5_carries.free_idle_ends)


@dataclass(frozen=True)
class Synthesis:
    netlist: Path  # JSON, for nextpnr
    cells: dict[str, int]  # cell type -> count, whole design
    log: Path


def version() -> str | None:
    return _process.distribution_version("pyosys")


def command(script: str) -> list[str]:
    """The process that runs a script of Yosys passes, one a line."""
    return [sys.executable, "-P", "-c", WORKER, script]


def script(top: str, sources: Sequence[str], technology: Technology = ECP5) -> str:
    """The passes of a synthesis of ``top``; source names are bare names in the working folder."""
    _process.checked_name("module", top)
    for source in sources:
        _process.checked_name("source", source.removesuffix(".sv"))
    return "\n".join(
        [
            f"read_slang --top {top} {' '.join(sources)}",
            f"hierarchy -check -top {top}",
            *technology.before,
            f"{technology.synth} -top {top} -json {top}.json",
            f"tee -q -o {top}.stat.json stat -json -top {top}",
            "",
        ]
    )


def parse(stat: str) -> dict[str, int]:
    """Cell counts by type from ``stat -json``."""
    design = json.loads(stat)["design"]
    return {kind: int(count) for kind, count in design.get("num_cells_by_type", {}).items()}


def run(
    folder: Path,
    top: str,
    sources: Sequence[str],
    technology: Technology = ECP5,
    timeout_s: float | None = None,
) -> Synthesis:
    """Synthesize sources lying in ``folder`` (with the memories they read).

    Raises MissingToolError, or ToolError with the log's last lines.
    """
    _process.need(NAME, version(), INSTALL)
    file = folder / f"{top}.ys"
    file.write_text(script(top, sources, technology))
    if technology.techmap:
        (folder / technology.techmap).write_text(shipped.source(f"techmap/{technology.techmap}"))
    job = _process.Job(NAME, command(file.name), folder, f"{top}.yosys.log", INSTALL, timeout_s)
    _process.run(job)
    if technology.finish:
        technology.finish(folder / f"{top}.json")
    return _kept(folder, top)


def synthesize(
    top: str, sources: Mapping[str, str], memories: Mapping[str, str], store: Store, technology: Technology = ECP5
) -> Synthesis:
    """The same for a design as texts, once: verification simulates the very netlist that is packed."""

    def build(folder: Path) -> None:
        for name, text in {**sources, **memories}.items():
            (folder / name).write_text(text)
        run(folder, top, list(sources), technology)

    material = {
        "top": top,
        "sources": list(sources.items()),  # their order counts
        "memories": dict(memories),
        "technology": [technology.synth, *technology.before],
        "techmap": shipped.source(f"techmap/{technology.techmap}") if technology.techmap else None,
        "code": code_digest("tools/pyosys.py", "tools/_ecp5_carries.py"),
        "version": version(),
    }
    return _kept(store.stage("synthesis", material, build), top)


def _kept(folder: Path, top: str) -> Synthesis:
    """What ``run`` left in a folder."""
    stat = (folder / f"{top}.stat.json").read_text()
    return Synthesis(folder / f"{top}.json", parse(stat), folder / f"{top}.yosys.log")
