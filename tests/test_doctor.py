"""The doctor sees every tool, is fast, and says what installs the missing ones."""

import subprocess
import sys

from edgeflow import catalog, doctor
from edgeflow.doctor import Found
from edgeflow.tools import pyosys


def test_every_tool_is_listed():
    assert len(doctor.tools()) == len(catalog.names("tools"))
    assert {"yosys", "nextpnr-ecp5", "ecppack"} <= {tool.name for tool in doctor.tools()}


def test_a_missing_tool_gives_its_install_line_and_code_3(monkeypatch):
    monkeypatch.setattr(pyosys, "version", lambda: None)
    found = doctor.tools()
    assert "yosys" in doctor.table(found) and "missing: pip install pyosys==" in doctor.table(found)
    assert doctor.exit_code(found) == 3


def test_the_table_lines_up():
    found = [Found("a", "1.0", "pip install a"), Found("long-name", None, "pip install long-name")]
    assert doctor.table(found).splitlines() == ["a          1.0", "long-name  missing: pip install long-name"]
    assert doctor.exit_code(found[:1]) == 0


def test_packages_are_those_we_require(monkeypatch):
    lines = ["numpy>=2", "qonnx==1.0.0; extra == 'brevitas'", "no.such_package[x]<3 ; python_version > '3'"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: lines)
    assert [(found.name, bool(found.version)) for found in doctor.packages()] == [
        ("no.such_package", False),
        ("numpy", True),
    ]


def test_nothing_heavy_is_imported():
    code = "import sys; from edgeflow import doctor; doctor.tools(); doctor.packages(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"tensorflow", "torch", "numpy", "wasmtime", "pyosys", "cocotb"} & set(done.stdout.split())
