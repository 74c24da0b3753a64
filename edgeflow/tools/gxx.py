"""g++: compiles csim libraries and Verilated models; the one system program besides make."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from edgeflow.tools import _process

NAME = "g++"
INSTALL = "apt-get install g++ (Debian, Ubuntu) or your system's package of GCC 11 or later"


def version() -> str | None:
    path = shutil.which("g++")
    return parse(subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout) if path else None


def parse(text: str) -> str:
    """The version from the first line of ``g++ --version``."""
    found = re.search(r"(\d+\.\d+\.\d+)\s*$", text.splitlines()[0])
    return found.group(1) if found else text.splitlines()[0]


def compile_command(source: str, result: str, flags: Sequence[str]) -> list[str]:
    return ["g++", *flags, "-c", source, "-o", result]


def link_command(objects: Sequence[str], result: str, flags: Sequence[str]) -> list[str]:
    return ["g++", *objects, "-o", result, *flags]


def compile_all(folder: Path, sources: Sequence[Path], flags: Sequence[str], parallel: int = 2) -> list[str]:
    """Compile each source to an object in ``folder``; returns the objects' bare names. Raises ToolError."""
    _process.need(NAME, version(), INSTALL)
    jobs = [
        _process.Job(NAME, compile_command(str(s), f"{s.stem}.o", flags), folder, f"{s.stem}.g++.log", INSTALL, 600)
        for s in sources
    ]
    _process.run_all(jobs, parallel)
    return [f"{s.stem}.o" for s in sources]


def link(folder: Path, objects: Sequence[str], result: str, flags: Sequence[str]) -> Path:
    """Link objects in ``folder``. Raises ToolError."""
    _process.run(_process.Job(NAME, link_command(objects, result, flags), folder, f"{result}.link.log", INSTALL, 600))
    return folder / result
