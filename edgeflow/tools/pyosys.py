"""Yosys (the pyosys wheel): SystemVerilog to an ECP5 netlist.

It runs in its own process, so an internal error cannot take us along and its memory is returned.
"""

import json
import sys
from collections.abc import Mapping, Sequence
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
class Synthesis:
    netlist: Path  # JSON, for nextpnr
    cells: dict[str, int]  # cell type -> count, whole design
    log: Path


def version() -> str | None:
    return _process.distribution_version("pyosys")


def command(script: str) -> list[str]:
    """The process that runs a script of Yosys passes, one a line."""
    return [sys.executable, "-P", "-c", WORKER, script]


def script_ecp5(top: str, sources: Sequence[str], flatten: bool = True, abc9: bool = True, dff: bool = False) -> str:
    """The passes of an ECP5 synthesis of ``top``; source names are bare names in the working folder."""
    _process.checked_name("module", top)
    for source in sources:
        _process.checked_name("source", source.removesuffix(".sv"))
    flags = [*(["-noflatten"] if not flatten else []), *(["-noabc9"] if not abc9 else []), *(["-dff"] if dff else [])]
    return "\n".join(
        [
            f"read_slang --top {top} {' '.join(sources)}",
            f"hierarchy -check -top {top}",
            *(ADDERS if flatten else ()),
            f"synth_ecp5 {' '.join(['-top', top, *flags])} -json {top}.json",
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
    flatten: bool = True,
    abc9: bool = True,
    dff: bool = False,
    timeout_s: float | None = None,
) -> Synthesis:
    """Synthesize sources lying in ``folder`` (with the memories they read) for ECP5.

    Raises MissingToolError, or ToolError with the log's last lines.
    """
    _process.need(NAME, version(), INSTALL)
    script = folder / f"{top}.ys"
    script.write_text(script_ecp5(top, sources, flatten, abc9, dff))
    (folder / ADDER_MAP).write_text(shipped.source(f"techmap/{ADDER_MAP}"))
    job = _process.Job(NAME, command(script.name), folder, f"{top}.yosys.log", INSTALL, timeout_s)
    _process.run(job)
    _ecp5_carries.free_idle_ends(folder / f"{top}.json")
    return _kept(folder, top)


def synthesize(top: str, sources: Mapping[str, str], memories: Mapping[str, str], store: Store) -> Synthesis:
    """The same for a design as texts, once: verification simulates the very netlist that is packed."""

    def build(folder: Path) -> None:
        for name, text in {**sources, **memories}.items():
            (folder / name).write_text(text)
        run(folder, top, list(sources))

    material = {
        "top": top,
        "sources": list(sources.items()),  # their order counts
        "memories": dict(memories),
        "adders": shipped.source(f"techmap/{ADDER_MAP}"),
        "code": code_digest("tools/pyosys.py", "tools/_ecp5_carries.py"),
        "version": version(),
    }
    return _kept(store.stage("synthesis", material, build), top)


def _kept(folder: Path, top: str) -> Synthesis:
    """What ``run`` left in a folder."""
    stat = (folder / f"{top}.stat.json").read_text()
    return Synthesis(folder / f"{top}.json", parse(stat), folder / f"{top}.yosys.log")
