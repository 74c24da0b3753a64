"""Sweeps and ablations on pages of their own and beside a run, from their folders."""

import json
import sys
from pathlib import Path

import html5lib
import pytest

sys.path.append(str(Path(__file__).parent / "report"))
sys.path.append(str(Path(__file__).parent / "sweep"))

import report_values as values
from sweeps import failed, plan, publish, result

from edgeflow import ablate, cli_reports, studied
from edgeflow.errors import InputError
from edgeflow.report import files
from edgeflow.report.report import compile_report
from edgeflow.report.sections import page
from edgeflow.sweep.folder import Folder


def swept(folder, *, objectives=("accuracy", "weight_bits"), **figures):
    made = Folder.create(folder, plan(trials=3, objectives=list(objectives)))
    found = [result(0, 0.99, 3000, figures=figures), failed(1, "no <luck>"), result(2, 0.9, 800, figures=figures)]
    publish(made, found)
    return made


@pytest.fixture
def run(tmp_path):
    files.write(compile_report(values.evidence(), values.comparison()), tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture
def ablated(tmp_path):
    """Of hostile names: two points lost without it, in each of two pairs."""
    whole = [ablate.Outcome(ablate.WHOLE, seed, 0.95 + seed / 100, 5000, 9) for seed in (0, 1)]
    without = [ablate.Outcome(values.HOSTILE, seed, 0.93 + seed / 100, 5000, 9) for seed in (0, 1)]
    return ablate.save([*whole, *without], tmp_path / "ablation")


def section(report, title):
    return next(one for one in page(report.content).sections if one.title == title)


def test_the_runs_own_point_stands_among_the_sweeps(run, tmp_path):
    report = studied.with_sweep(files.read(run), swept(tmp_path / "sweep").root)
    table = section(report, "Pareto front").parts[1]
    assert table.headings[1:3] == ("weight_bits", "validation accuracy, measured")
    assert list(table.rows) == [
        ("trial 2", "800", "0.9", "yes"),
        ("this run *", "1,000", "0.98", "yes"),
        ("trial 0", "3,000", "0.99", "yes"),
    ]


@pytest.mark.parametrize(
    ("objective", "own"),
    [
        ("estimated.luts", 800),
        ("routed.brams", 2),
        ("bit_operations", 9000),
        ("estimated.latency_ns", 400.0),
        ("estimated.interval_ns", 160.0),
        ("routed.latency_ns", 400.0),
    ],
)
def test_each_objective_is_found_in_the_report(run, tmp_path, objective, own):
    root = swept(tmp_path / "sweep", objectives=("accuracy", objective), **{objective: 1.0}).root
    points = studied.with_sweep(files.read(run), root).content["front"]["points"]
    assert [point["x"] for point in points if point["chosen"]] == [own]


def test_what_shares_no_axes_is_named(tmp_path, run):
    with pytest.raises(InputError, match="an objective that is better high and one better low"):
        studied.with_sweep(files.read(run), swept(tmp_path / "a", objectives=("weight_bits", "macs")).root)
    files.write(compile_report(values.simulated_only(), values.comparison()), run)
    root = swept(tmp_path / "b", objectives=("accuracy", "routed.luts"), **{"routed.luts": 9}).root
    with pytest.raises(InputError, match=r"the run has no routed.luts; run it as far as the sweep went"):
        studied.with_sweep(files.read(run), root)


def test_an_ablation_has_its_intervals_in_the_report(run, ablated):
    table = section(studied.with_ablation(files.read(run), ablated["numbers"].parent), "Ablation").parts[0]
    whole, without = table.rows
    assert whole == ("whole", "95.50 +- 6.35 %", "-", "-", "5,000")  # t at one degree of freedom, 12.706
    assert (without[0], without[1], without[2]) == (values.HOSTILE, "93.50 +- 6.35 %", "-2.00 +- 0.00")


@pytest.mark.parametrize("text", [None, "{", '{"rows": [{}]}', '{"rows": [1]}'])
def test_what_is_no_ablation_is_named(run, tmp_path, text):
    if text is not None:
        (tmp_path / "ablation.json").write_text(text)
    with pytest.raises(InputError, match=r"ablation.json: no ablation \(.*edgeflow ablate makes one"):
        studied.with_ablation(files.read(run), tmp_path)


def test_both_have_pages_of_their_own(tmp_path, ablated):
    paths = studied.write_sweep(swept(tmp_path / "sweep"))
    shown = paths["page"].read_text()
    assert "1 failed: no &lt;luck&gt;; see " in shown and '<th scope="row">0</th>' in shown and paths["front"].is_file()
    other = studied.write_ablation("mine", ablated)["page"].read_text()
    assert "Ablation of mine" in other and "&lt;script&gt;" in other and "<script" not in other
    for text in (shown, other):
        html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def test_the_command_keeps_both_in_the_runs_folder(run, tmp_path, ablated):
    cli_reports.add_studies(run, swept(tmp_path / "sweep").root, ablated["numbers"].parent)
    kept = json.loads((run / "report.json").read_text())
    assert len(kept["front"]["points"]) == 3 and len(kept["ablation"]) == 2
    assert "Pareto front" in (run / "report.html").read_text()
