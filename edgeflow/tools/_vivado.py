"""Vivado, where it is installed; not a tool that edgeflow needs, so ``edgeflow doctor`` does not ask for it.

The build script writes what we read, so no report's layout is parsed.
"""

import shutil
from pathlib import Path

from edgeflow.errors import ToolError
from edgeflow.tools import _process
from edgeflow.tools._vendor import Found

NAME = "vivado"
INSTALL = "install AMD Vivado and put it on PATH"
BUILD, RESULTS = "build.tcl", "results.txt"


def found() -> bool:
    return shutil.which(NAME) is not None


def command() -> list[str]:
    return [NAME, "-mode", "batch", "-nojournal", "-log", "vivado_session.log", "-source", BUILD]


def parse(results: str) -> Found:
    """Cells and slack, from the lines that ``build.tcl`` wrote. Raises ToolError."""
    try:
        said = dict(line.split() for line in results.splitlines())
        version = said.pop("version", "unknown")
        return Found(version, {name: float(value) for name, value in said.items()})
    except ValueError:
        raise ToolError(f"{NAME}: {RESULTS} is not names with numbers: {_process.tail(results)}") from None


def run(folder: Path, top: str) -> Found:
    """Run ``folder/build.tcl``. Raises ToolError with the log's last lines."""
    _process.run(_process.Job(NAME, command(), folder, "vivado.log", INSTALL))
    if not (folder / RESULTS).is_file():
        raise ToolError(f"{NAME}: {top} was built without {RESULTS}; log: {folder / 'vivado.log'}")
    return parse((folder / RESULTS).read_text())
