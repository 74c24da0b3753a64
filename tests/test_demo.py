"""The whole flow with a small student and few epochs: every stage really runs, and a second run reuses all of them."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from edgeflow.implement import Implementation

pytestmark = [pytest.mark.train, pytest.mark.tools]

RECIPE = """\
name: tiny
dataset: digits
seed: 3
teacher: {hidden: [32], members: 2, training: {epochs: 20}}
baseline: {hidden: [32], training: {epochs: 20}}
student:
  hidden:
  - {units: 8, weight_bits: 6, bias_bits: 6, activation_bits: 3, activation_integer_bits: 2}
  output: {weight_bits: 3, bias_bits: 5}
compression:
- distill: {temperature: 2.0, weight: 0.5}
training: {epochs: 40}
hardware:
  folding: {dense_0: {pe: 4, simd: 8}, dense_1: unrolled}
  seeds: 2
"""
PROMISED = {
    "accuracy": "teacher baseline student student_without_distillation firmware network rtl",
    "weight_bits": "baseline student ratio",
    "verification": "samples rtl_samples mismatches latency_cycles interval_cycles simulator",
    "estimate": "luts ffs brams dsps latency_cycles interval_cycles",
    "implementation": "board device luts ffs brams dsps fmax_mhz clock_mhz timing_met bitstream bitstream_bytes",
    "baseline": "cpu_latency_us macs bit_operations",
}


def edgeflow(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edgeflow.cli", *arguments]
    env = os.environ | {"EDGEFLOW_STORE": str(folder / "store")} | environment
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=env, timeout=900)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A folder in which the flow has run to its report."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "recipe.yaml").write_text(RECIPE)
    shown = edgeflow(folder, "run", "recipe.yaml")
    assert shown.returncode == 0, shown.stderr
    return folder, shown


def report_of(folder: Path) -> dict:
    return json.loads((folder / "runs" / "tiny" / "report.json").read_text())


def test_the_report_holds_what_is_promised(demo):
    report = report_of(demo[0])
    for section, keys in PROMISED.items():
        assert set(keys.split()) <= set(report[section]), section
    assert {"gains", "seconds", "tools", "seed"} <= set(report)
    assert report["verification"]["mismatches"] == 0 and report["verification"]["rtl_samples"] >= 10_000
    assert report["energy"]["cells"] == "packed", "what place and route found, not the estimate"
    assert report["accuracy"]["student"] == report["accuracy"]["firmware"] == report["accuracy"]["rtl"] > 0.5
    assert report["verification"]["latency_cycles"] == report["estimate"]["latency_cycles"]
    assert report["verification"]["interval_cycles"] == report["estimate"]["interval_cycles"] == 16


def test_folded_weights_lie_in_block_memory_and_products_in_dsps(demo):
    report = report_of(demo[0])
    for key in ("brams", "dsps"):
        assert report["core"][key] == report["estimate"][key] > 0
    assert report["core"]["dsps"] == 32


def test_the_bitstream_is_there_and_meets_its_clock(demo):
    board = Implementation.load(demo[0] / "runs" / "tiny" / "board")
    assert board.bitstream is not None and board.bitstream.stat().st_size == board.bitstream_bytes > 100_000
    assert board.timing_met and set(board.fmax_mhz_by_seed) == {1, 2}


def test_the_page_and_the_terminal_show_the_same_numbers(demo):
    folder, shown = demo
    page = (folder / "runs" / "tiny" / "report.md").read_text()
    report = report_of(folder)
    for number in (f"{100 * report['accuracy']['student']:.2f} %", f"{report['implementation']['luts']:,}"):
        assert number in page and number in shown.stdout
    assert (folder / "runs" / "tiny" / "report.svg").read_text().startswith("<?xml")


def test_the_confusion_counts_what_the_accuracy_says(demo):
    report = report_of(demo[0])
    counts = report["confusion"]
    assert len(counts) == 10 and sum(map(sum, counts)) == report["verification"]["test_samples"]
    right = sum(row[i] for i, row in enumerate(counts))
    assert right / report["verification"]["test_samples"] == report["accuracy"]["network"]


def test_provenance_names_what_can_be_made_again(demo):
    folder, report = demo[0] / "runs" / "tiny", report_of(demo[0])
    bitstream = (folder / report["commands"]["program it"].split()[-1]).read_bytes()
    assert report["hashes"]["bitstream"] == hashlib.sha256(bitstream).hexdigest()
    assert report["commands"]["made by"] == "edgeflow run recipe.yaml"
    assert set(report["hashes"]) == {"recipe", "trained models", "SystemVerilog and memories", "bitstream"}


def test_a_run_that_ends_after_simulation_reports_what_it_has(demo):
    folder, _ = demo
    shown = edgeflow(folder, "verify", "recipe.yaml", "--out", "runs/simulated")
    assert shown.returncode == 0 and "Mismatches" in shown.stdout and "Fmax" not in shown.stdout
    found = json.loads((folder / "runs" / "simulated" / "report.json").read_text())
    assert "implementation" not in found and found["verification"] == report_of(folder)["verification"]
    assert "estimated" in (folder / "runs" / "simulated" / "report.html").read_text()


def test_a_second_run_builds_nothing(demo):
    folder, _ = demo
    before = {p: p.stat().st_mtime_ns for p in (folder / "store").glob("*/*")}
    again = edgeflow(folder, "run", "recipe.yaml")
    assert again.returncode == 0
    assert {p: p.stat().st_mtime_ns for p in (folder / "store").glob("*/*")} == before


def test_a_changed_clock_trains_nothing(demo):
    folder, _ = demo
    (folder / "faster.yaml").write_text(RECIPE.replace("seeds: 2", "seeds: 2\n  clock_mhz: 50"))
    shown = edgeflow(folder, "generate", "faster.yaml", "--out", "runs/faster")
    assert shown.returncode == 0, shown.stderr
    assert len(list((folder / "store" / "train").iterdir())) == 1
    assert re.search(r"Pipelined for 50 MHz", "".join(p.read_text() for p in (folder / "runs/faster/rtl").glob("*.sv")))
