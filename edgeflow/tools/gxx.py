"""g++: compiles csim libraries and Verilated models; the one system program besides make."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from edgeflow.tools import _process

NAME = "g++"
INSTALL = "apt-get install g++ (or your system's C++ compiler package)"
# no-gnu-unique: two libraries in one process must not share hls4ml's static weights.
LIBRARY_FLAGS = ("-std=c++17", "-O1", "-fPIC", "-fno-gnu-unique", "-w")
TIMEOUT_S = 1800


def version() -> str | None:
    path = shutil.which(NAME)
    return parse(subprocess.run([path, "--version"], capture_output=True, text=True).stdout) if path else None


def parse(text: str) -> str | None:
    """The version in what ``g++ --version`` prints."""
    found = re.search(r"\d+\.\d+\.\d+", text.partition("\n")[0])
    return found.group() if found else None


@cache
def has_headers(names: tuple[str, ...]) -> bool:
    """Whether the system's compiler finds all of them."""
    if not shutil.which(NAME):
        return False
    includes = [word for name in names for word in ("-include", name)]
    argv = [NAME, "-x", "c++", "-fsyntax-only", *includes, os.devnull]
    return subprocess.run(argv, capture_output=True).returncode == 0


def command(source: str, flags: Sequence[str]) -> list[str]:
    """Compile one file into an object in the working folder."""
    return [NAME, *flags, "-c", source, "-o", _object(source)]


def link_command(objects: Sequence[str], result: str, flags: Sequence[str]) -> list[str]:
    return [NAME, *objects, "-o", result, *flags]


def compile_all(folder: Path, sources: Sequence[str], flags: Sequence[str], parallel: int = 2) -> list[str]:
    """Compile sources to objects in ``folder``; returns their bare names. Raises MissingToolError or ToolError."""
    _process.need(NAME, version(), INSTALL)
    jobs = [
        _process.Job(NAME, command(s, flags), folder, f"{Path(s).stem}.g++.log", INSTALL, TIMEOUT_S) for s in sources
    ]
    _process.run_all(jobs, parallel)
    return [_object(s) for s in sources]


def link(folder: Path, objects: Sequence[str], result: str, flags: Sequence[str]) -> Path:
    """Link objects in ``folder`` to a program or, with ``-shared``, a library. Raises ToolError."""
    job = _process.Job(NAME, link_command(objects, result, flags), folder, "link.g++.log", INSTALL, TIMEOUT_S)
    _process.run(job)
    return folder / result


def run(folder: Path, sources: Sequence[str], include: str, library: str) -> Path:
    """Build the shared library ``folder/library`` from sources below ``folder``; the objects are removed."""
    objects = compile_all(folder, sources, [*LIBRARY_FLAGS, f"-I{include}"])
    built = link(folder, objects, library, ["-shared"])
    for name in objects:
        (folder / name).unlink()
    return built


def _object(source: str) -> str:
    return f"{Path(source).stem}.o"
