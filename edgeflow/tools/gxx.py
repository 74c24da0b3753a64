"""g++: compile hls4ml's C++ into a shared library that ctypes loads."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from edgeflow.tools import _process

NAME = "g++"
INSTALL = "apt-get install g++ (or your system's C++ compiler package)"
# no-gnu-unique: two libraries in one process must not share hls4ml's static weights.
FLAGS = ("-std=c++17", "-O1", "-fPIC", "-fno-gnu-unique", "-w")


def version() -> str | None:
    path = shutil.which(NAME)
    return parse(subprocess.run([path, "--version"], capture_output=True, text=True).stdout) if path else None


def parse(text: str) -> str | None:
    """The version in what ``g++ --version`` prints."""
    found = re.search(r"\d+\.\d+\.\d+", text.partition("\n")[0])
    return found.group() if found else None


def command(source: str, include: str) -> list[str]:
    """Compile one file into an object beside it."""
    return [NAME, *FLAGS, f"-I{include}", "-c", source, "-o", _object(source)]


def link_command(sources: Sequence[str], library: str) -> list[str]:
    return [NAME, "-shared", *map(_object, sources), "-o", library]


def run(folder: Path, sources: Sequence[str], include: str, library: str, timeout_s: float | None = None) -> Path:
    """Build ``folder/library`` from sources below ``folder``, two at a time. Raises MissingToolError or ToolError."""
    _process.need(NAME, version(), INSTALL)
    compiles = [
        _process.Job(NAME, command(source, include), folder, f"{Path(source).stem}.g++.log", INSTALL, timeout_s)
        for source in sources
    ]
    _process.run_all(compiles, parallel=2)
    _process.run(_process.Job(NAME, link_command(sources, library), folder, "link.g++.log", INSTALL, timeout_s))
    for source in sources:
        (folder / _object(source)).unlink()
    return folder / library


def _object(source: str) -> str:
    return f"{source}.o"
