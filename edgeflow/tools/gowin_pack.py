"""gowin_pack (Project Apicula): nextpnr's routed design to a Gowin bitstream, a text of bits in lines."""

import json
import re
import sys
from pathlib import Path

from edgeflow.errors import ToolError
from edgeflow.tools import _process

NAME = "gowin_pack"
INSTALL = "pip install apycula==0.32"
WORKER = "import sys; from apycula import gowin_pack; sys.exit(gowin_pack.main())"


def version() -> str | None:
    return _process.distribution_version("apycula")


def command(config: str, die: str, bitstream: str) -> list[str]:
    return [sys.executable, "-P", "-c", WORKER, "--device", die, "--compress", "--output", bitstream, config]


def die(routed: str) -> str:
    """Which die a routed design is for."""
    found: str = json.loads(routed)["modules"]["top"]["settings"]["packer.chipdb"]
    return found


def parse(bitstream: str) -> int:
    """The size of a bitstream in bytes: eight bits of its text each. Raises ToolError if it is not one."""
    lines = [line for line in bitstream.splitlines() if not line.startswith("//")]
    if not lines or not all(re.fullmatch("[01]+", line) for line in lines):
        raise ToolError(f"{NAME}: {len(bitstream)} characters that are not bits; not a bitstream")
    return sum(map(len, lines)) // 8


def run(folder: Path, config: str, name: str, timeout_s: float | None = None) -> Path:
    """Pack ``folder/config`` into ``folder/<name>.fs``. Raises MissingToolError or ToolError."""
    _process.need(NAME, version(), INSTALL)
    bitstream = f"{_process.checked_name('bitstream', name)}.fs"
    argv = command(config, die((folder / config).read_text()), bitstream)
    _process.run(_process.Job(NAME, argv, folder, f"{name}.gowin_pack.log", INSTALL, timeout_s))
    parse((folder / bitstream).read_text())
    return folder / bitstream
