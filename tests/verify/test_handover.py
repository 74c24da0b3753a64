"""The folder that is handed over works without edgeflow, and its own checks go red when something in it is altered."""

import os
import subprocess
import sys

import pytest
import small

from edgeflow.verify import handover

pytestmark = pytest.mark.tools


@pytest.fixture
def folder(tmp_path):
    """Both shapes of hardware in one design: one layer folded, one unrolled."""
    handover.write(small.design(), small.network(), small.frames(), 7, tmp_path / "rtl")
    return tmp_path / "rtl"


def make(folder, *targets):
    """Run make where a stray ``import edgeflow`` fails: a module of that name that raises comes first."""
    (folder.parent / "no" / "edgeflow").mkdir(parents=True, exist_ok=True)
    (folder.parent / "no" / "edgeflow" / "__init__.py").write_text("raise ImportError('edgeflow was imported')\n")
    env = {k: v for k, v in os.environ.items() if k != "VERILATOR_ROOT"} | {"PYTHONPATH": str(folder.parent / "no")}
    argv = ["make", f"PYTHON={sys.executable}", *targets]
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=500)


@pytest.mark.parametrize("target", ["lint", "synth"])
def test_lint_and_synth(folder, target):
    done = make(folder, target)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_sim_passes_and_fails_for_an_altered_vector(folder):
    done = make(folder, "sim")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "tiny: 1 of 1 tests passed" in done.stdout
    lines = (folder / "expected.hex").read_text().splitlines()
    lines[11] = f"{int(lines[11], 16) ^ 1:0{len(lines[11])}x}"
    (folder / "expected.hex").write_text("\n".join(lines) + "\n")
    done = make(folder, "sim")
    assert done.returncode != 0
    assert "full rate: 1 beats differ, the first is 11" in done.stdout


def test_the_page_says_ports_layout_and_cycles(folder):
    page = (folder / "README.md").read_text()
    model, design = small.network(), small.design()
    for text in (
        f"| `s_axis_tdata` | {design.s_axis.width} |",
        f"| `m_axis_tdata` | {design.m_axis.width} |",
        f"{design.latency_cycles} cycles, first input beat accepted",
        f"one frame in {design.interval_cycles} cycles",
        f"A frame is 6 values in {design.s_axis.beats} beats",
        f"an integer of {model.output.width} bits, two's complement",
        f"the integer times 2^{-model.output.frac}",
    ):
        assert text in page
