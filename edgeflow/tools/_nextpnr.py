"""What nextpnr's architectures share: running them, reading their report, and saying what does not fit.

The wheels see their working folder only, so every path is a bare name there. A missed clock is a result, not an error.
"""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from edgeflow.errors import DoesNotFitError, ToolError
from edgeflow.store import alone
from edgeflow.tools import _process

COMPILING_S = 600

PACKED, PLACED = "--pack-only", "--no-route"  # where nextpnr may stop


@dataclass(frozen=True)
class Target:
    """A device as its vendor and nextpnr name it; package and speed where the device's name does not say them."""

    device: str
    package: str | None = None
    speed: int | None = None


@dataclass(frozen=True)
class Routed:
    """One placed and routed design, by one seed."""

    seed: int
    used: dict[str, int]  # cell type of the architecture -> count
    available: dict[str, int]
    fmax_mhz: dict[str, float]  # clock net -> achieved
    config: Path | None  # what the packer reads; None out of context, as the next one
    placed: Path | None  # the netlist, with each cell's place
    log: Path

    @property
    def slowest_mhz(self) -> float:
        """Fmax of the slowest clock. Raises ToolError if nothing is clocked."""
        if not self.fmax_mhz:
            raise ToolError(f"nextpnr: no clock found, so there is no Fmax; log: {self.log}")
        return min(self.fmax_mhz.values())


@dataclass(frozen=True)
class Program:
    """One architecture's wheel."""

    name: str
    version: str | None
    install: str
    argv: tuple[str, ...]  # what starts it, its options left out


def settings(top: str, stem: str, seed: int, freq_mhz: float) -> list[str]:
    """The options that all architectures have; the report is ``stem``.report.json."""
    return [
        *("--json", f"{top}.json", "--top", top, "--freq", f"{freq_mhz:g}", "--seed", str(seed)),
        *("--report", f"{stem}.report.json", "--timing-allow-fail"),
    ]


def placed(stem: str) -> list[str]:
    """The option that keeps the placed netlist, ``stem``.routed.json."""
    return ["--write", f"{stem}.routed.json"]


def stems(top: str, seeds: Sequence[int]) -> list[str]:
    """One for the files of each seed."""
    return [f"{top}.seed{seed}" for seed in seeds]


def parse(report: str) -> tuple[dict[str, int], dict[str, int], dict[str, float]]:
    """Used and available cells by type, and achieved MHz by clock, from ``--report``."""
    data = json.loads(report)
    cells = data["utilization"]
    return (
        {kind: int(row["used"]) for kind, row in cells.items()},
        {kind: int(row["available"]) for kind, row in cells.items()},
        {clock: float(row["achieved"]) for clock, row in data["fmax"].items()},
    )


def overflow(log: str) -> tuple[str, int, int] | None:
    """Resource, used, available of the fullest resource beyond 100 % in a log's utilisation table; None if all fit."""
    rows = re.findall(r"^Info:\s+(\w+):\s+(\d+)/\s*(\d+)\s+\d+%", log, re.MULTILINE)
    over = [(kind, int(used), int(there)) for kind, used, there in rows if int(used) > int(there)]
    return max(over, key=lambda row: row[1] / max(1, row[2]), default=None)


def route(
    program: Program,
    folder: Path,
    top: str,
    seeds: Sequence[int],
    commands: Sequence[list[str]],
    config: str | None,
    device: str,
    parallel: int,
    timeout_s: float | None = None,
) -> list[Routed]:
    """Run the commands, one a seed, each leaving ``<stem>.<config>``; in the order of ``seeds``.

    Raises DoesNotFitError, MissingToolError, or ToolError with the log's last lines.
    """
    names = stems(top, seeds)
    _run(program, folder, top, names, commands, device, parallel, timeout_s)
    return [_routed(folder, stem, seed, config) for stem, seed in zip(names, seeds, strict=True)]


def pack(
    program: Program,
    folder: Path,
    top: str,
    stem: str,
    command: list[str],
    device: str,
    timeout_s: float | None = None,
    until: str = PACKED,
) -> dict[str, int]:
    """Cells by type after packing alone, which placing does not change on most architectures, or ``until`` PLACED."""
    _run(program, folder, top, [stem], [[*command, until]], device, 1, timeout_s)
    used, _, _ = parse((folder / f"{stem}.report.json").read_text())
    return used


def _run(
    program: Program,
    folder: Path,
    top: str,
    names: Sequence[str],
    commands: Sequence[list[str]],
    device: str,
    parallel: int,
    timeout_s: float | None,
) -> None:
    _process.need(program.name, program.version, program.install)
    _process.checked_name("module", top)
    _compile_once(program)
    jobs = [
        _process.Job(program.name, argv, folder, f"{stem}.log", program.install, timeout_s)
        for stem, argv in zip(names, commands, strict=True)
    ]
    try:
        _process.run_all(jobs, parallel)
    except ToolError:
        for job in jobs:
            raise_if_too_big(job.log_path, device)
        raise


@cache
def _compile_once(program: Program) -> None:
    """Have the wheel's WebAssembly compiled, by one process at a time.

    At its first call YoWASP's runtime compiles for some ten seconds and writes a cache, in place: who has mapped what
    another one wrote before it dies of SIGBUS.
    """
    locks = Path(os.environ.get("YOWASP_CACHE_DIR") or Path.home() / ".cache" / "edgeflow")
    locks.mkdir(parents=True, exist_ok=True)
    with alone(locks / f".lock-{program.name}"), TemporaryDirectory(prefix="edgeflow-compile-") as folder:
        argv = [*program.argv, "--version"]
        _process.run(_process.Job(program.name, argv, Path(folder), "version.log", program.install, COMPILING_S))


def _routed(folder: Path, stem: str, seed: int, config: str | None) -> Routed:
    used, available, fmax = parse((folder / f"{stem}.report.json").read_text())
    for_packer, placed = (folder / f"{stem}.{config}", folder / f"{stem}.routed.json") if config else (None, None)
    return Routed(seed, used, available, fmax, for_packer, placed, folder / f"{stem}.log")


def raise_if_too_big(log: Path, device: str) -> None:
    """Raise DoesNotFitError if the log's utilisation table has a resource beyond 100 %."""
    over = overflow(log.read_text(errors="replace")) if log.exists() else None
    if over:
        raise too_big(device, *over)


def too_big(device: str, kind: str, used: int, there: int) -> DoesNotFitError:
    return DoesNotFitError(
        f"{device}: {used} {kind} needed, {there} available, {used - there} too many; "
        "fold layers (hardware.folding), use fewer bits or units, or choose a larger board"
    )
