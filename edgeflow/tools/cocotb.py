"""cocotb: runs a Python test module inside a compiled simulator."""

import os
import shutil
import sys
from pathlib import Path

from edgeflow.tools import _process

NAME = "cocotb"
INSTALL = "pip install cocotb==2.1.0"


def version() -> str | None:
    return _process.distribution_version("cocotb")


def command(simulator: str, waves: str | None) -> list[str]:
    """The simulator's arguments; vectors lie in its working folder."""
    trace = ["--trace", "--trace-file", waves] if waves else []
    return [simulator, *trace, "+stimulus=stimulus.hex", "+expected=expected.hex", "+observed=observed.hex"]


def environment(module: str, search: str, toplevel: str) -> dict[str, str]:
    """What cocotb's VPI library reads."""
    import find_libpython
    from cocotb_tools.config import pygpi_entry_point

    return {
        "PYTHONPATH": os.pathsep.join([search, *(p for p in sys.path if p)]),
        "PYGPI_PYTHON_BIN": sys.executable,
        "GPI_USERS": f"{find_libpython.find_libpython()};{pygpi_entry_point()}",
        "COCOTB_TEST_MODULES": module,
        "COCOTB_TOPLEVEL": toplevel,
        "TOPLEVEL_LANG": "verilog",
        "COCOTB_TRUST_INERTIAL_WRITES": "1",
        "COCOTB_RANDOM_SEED": "1",
        "EDGEFLOW_CASE": "case.json",
        "EDGEFLOW_RESULT": "result.json",
    }


def run(folder: Path, simulator: Path, module: str, search: Path, waves: Path | None, timeout_s: float = 3600) -> None:
    """Run ``module`` (found in ``search``) in ``folder``, which holds the case; ``waves`` is the file that a simulator
    built for them writes. Raises ToolError."""
    _process.need(NAME, version(), INSTALL)
    argv = command(str(simulator), waves.name if waves else None)
    env = environment(module, str(search), "tb_stream")
    _process.run(_process.Job(NAME, argv, folder, "sim.log", INSTALL, timeout_s, env=env))
    if waves:
        waves.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / waves.name, waves)
