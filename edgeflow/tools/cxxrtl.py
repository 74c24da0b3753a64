"""CXXRTL (in the pyosys wheel): a synthesized netlist to C++ that simulates it; a second simulator beside Verilator.

Cells are Yosys' own models (share/ecp5/cells_sim.v), and ours in hw/cells where Yosys has only black boxes. What floats
in the netlist gets arbitrary values, so that nothing can rely on it.
"""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from edgeflow import shipped
from edgeflow.errors import MissingToolError, ToolError
from edgeflow.tools import _process, gxx, pyosys
from edgeflow.tools._cxxrtl_parts import rearrange

NAME = "cxxrtl"
INSTALL = pyosys.INSTALL
MODELS = ("ecp5_dp16kd.v", "ecp5_mult18x18d.v")  # in hw/cells
FLAGS = ("-std=c++17", "-O0", "-w")  # -O1 halves a cycle's time, and compiling takes three times as long
MAIN = "netlist_main.cpp"  # in sim

# Small cells are simplified once each, before thousands of them are joined.
SMALL = "t:$mux t:$not t:$and t:$or t:$xor"
TOGETHER = (
    "hierarchy -check -top {top}",
    "select -set cells {top} %n",
    "proc -noopt",
    "flatten -noscopeinfo @cells",
    f"simplemap {SMALL}",
    "opt_expr -mux_bool",
    "opt_merge",
    "opt_expr",
    "opt_clean",
    "techmap -map +/simcells.v t:$_*_",
    "flatten -noscopeinfo",
    "splitnets",
    "opt_expr -mux_bool",
    "opt_dff -nodffe -nosdff",  # CXXRTL crashes on the idle port of a block memory, whose clock is a constant
    "opt_mem",
    "opt_clean -purge",
    "rename -hide w:* x:* %d",
    "rename -enumerate",
    "setattr -unset src -unset hdlname w:* c:*",
)


def version() -> str | None:
    return pyosys.version()


@cache
def include() -> Path:
    """The folder of CXXRTL's headers. Raises MissingToolError."""
    found = importlib.util.find_spec("pyosys")
    if found is None or found.origin is None:
        raise MissingToolError(f"{NAME}: not installed; {INSTALL}")
    return Path(found.origin).parent / "share" / "include" / "backends" / "cxxrtl" / "runtime"


def script(top: str) -> str:
    """The passes from ``netlist.json`` to ``model.cc`` and ``model.h`` in the working folder."""
    _process.checked_name("module", top)
    return "\n".join(
        [
            "read_json netlist.json",
            "setundef -random 1",
            f"rename -hide {top}/w:* {top}/x:* %d {top}/c:* %u",
            "read_verilog -DNO_INCLUDES +/ecp5/cells_sim.v",
            f"read_verilog -overwrite {' '.join(MODELS)}",
            *(line.format(top=top) for line in TOGETHER),
            "write_cxxrtl -O6 -g0 -nohierarchy -noflatten -noproc -header model.cc",
            "",
        ]
    )


def command(script: str) -> list[str]:
    return pyosys.command(script)


def netlist(text: str, top: str) -> str:
    """What nextpnr is given, as CXXRTL takes it: the top alone, for all others are black boxes, and an output that
    nextpnr wants named though nobody reads it left out."""
    design = json.loads(text)
    design["modules"] = {top: design["modules"][top]}
    for cell in design["modules"][top]["cells"].values():
        cell["connections"] = {port: bits for port, bits in cell["connections"].items() if not _idle(cell, port)}
    return json.dumps(design)


def _idle(cell: dict[str, Any], port: str) -> bool:
    return cell["port_directions"][port] == "output" and set(cell["connections"][port]) == {"x"}


def parse(model: str) -> str:
    """The name of the class in the header that CXXRTL wrote."""
    return model.partition("struct ")[2].partition(" ")[0]


def run(folder: Path, top: str, synthesized: Path) -> Path:
    """Compile a netlist in JSON to ``folder/netlist``, which sim/netlist_main.cpp describes.

    Raises MissingToolError, or ToolError with the log's last lines: a cell that the models do not know, for one.
    """
    _process.need(NAME, version(), INSTALL)
    (folder / "netlist.json").write_text(netlist(synthesized.read_text(), top))
    (folder / "netlist.ys").write_text(script(top))
    for model in MODELS:
        (folder / model).write_text(shipped.source(f"cells/{model}"))
    (folder / MAIN).write_text(shipped.source(MAIN, "sim"))
    _process.run(_process.Job(NAME, command("netlist.ys"), folder, "cxxrtl.log", INSTALL))
    if not (folder / "model.h").exists():
        raise ToolError(f"{NAME}: made no C++; log: {folder / 'cxxrtl.log'}")
    sources = _write_parts(folder)
    name = parse((folder / "model.h").read_text())
    flags = [*FLAGS, f"-I{include()}", f"-I{folder}", '-DMODEL="parts.h"', f"-DTOP={name}"]
    return gxx.link(folder, gxx.compile_all(folder, [MAIN, *sources], flags), "netlist", [])


def _write_parts(folder: Path) -> list[str]:
    header, sources = rearrange((folder / "model.h").read_text(), (folder / "model.cc").read_text(), "parts.h")
    (folder / "parts.h").write_text(header)
    names = [f"part{i}.cpp" for i in range(len(sources))]
    for name, text in zip(names, sources, strict=True):
        (folder / name).write_text(text)
    return names
