"""A report is the stages' results side by side: figures by head, and one JSON document that comes back as it went."""

import json
from dataclasses import replace

import report_values as values

from edgeflow.report import report as reports
from edgeflow.report.kinds import kind_of, numbers
from edgeflow.report.rows import rows


def compiled():
    return reports.compile_report(values.evidence(), values.comparison())


def test_gains_stand_against_the_float_baseline():
    gains = compiled().content["gains"]
    assert gains["weight_bits"] == 64 and gains["bit_operations"] == 256
    assert gains["latency"] == 8.0 / 0.4, "40 cycles at 100 MHz"
    assert round(gains["points_lost_against_baseline"], 9) == 5 and round(gains["points_lost_against_teacher"], 9) == 10


def test_estimates_stand_against_the_packed_core():
    content = compiled().content
    assert content["estimate_error"] == {"luts": 800 / 1000 - 1, "ffs": 0.0, "brams": 0.0, "dsps": 0.0}
    assert content["latency_us"] == 0.4 and content["frames_per_second"] == 6_250_000


def test_the_mean_over_classes_stands_beside_the_accuracy():
    content = compiled().content
    assert content["balanced_accuracy"] == {
        "teacher": 0.75, "baseline": 0.7, "student": 0.65,
        "student_with_distillation": 0.65, "student_without_distillation": 0.65,
    }  # fmt: skip
    (row,) = (row for row in rows(content) if "balanced" in row.what)
    assert row.value == "75.00 % / 70.00 % / 65.00 %" and row.kind == "measured"
    older = {key: value for key, value in content.items() if key != "balanced_accuracy"}
    assert len(rows(older)) == len(rows(content)) - 1


def test_a_models_file_has_no_gains():
    content = reports.compile_import(values.evidence(), {"executor": "ORT", "ties": 0, "tie": ""}).content
    assert not {"gains", "accuracy", "baseline", "weight_bits"} & set(content)
    assert {row.what for row in rows(content)} >= {"Mismatches", "ORT decided a tie by its rounding"}
    assert "gains.latency" not in content["kinds"]


def test_what_is_saved_comes_back(tmp_path):
    report = compiled()
    report.save(tmp_path / "report.json")
    assert reports.load(tmp_path / "report.json").content == json.loads(json.dumps(report.content))


def test_every_number_has_a_kind():
    for content in (compiled().content, reports.compile_import(values.evidence(), {"ties": 0}).content):
        named = dict(numbers(content))
        assert [key for key in named if not kind_of(key, content["kinds"])] == []
        assert len(named) > 60
    kinds = compiled().content["kinds"]
    assert kind_of("implementation.fmax_mhz_by_seed.1", kinds) == "routed" and kind_of("core.luts", kinds) == "packed"
    assert kind_of("accuracy.rtl", kinds) == "simulated" and kind_of("accuracy.teacher", kinds) == "measured"
    assert kind_of("layers.3.cost.luts", kinds) == "estimated" and kind_of("implementation_x", kinds) == ""


def test_a_run_that_ended_after_simulation_reports_what_it_has():
    beside = replace(values.comparison(), measured=None, payback=None, board_run=None)
    content = reports.compile_report(values.simulated_only(), beside).content
    assert not {"core", "implementation", "estimate_error", "board_simulation"} & set(content)
    assert "latency" not in content["gains"] and "gains.latency" not in content["kinds"]
    assert {row.kind for row in rows(content)} == {"measured", "simulated", "counted", "estimated", "modelled"}


def test_the_confusion_is_there_where_labels_were():
    content = compiled().content
    assert content["confusion"] == [[4, 1, 0], [0, 3, 0], [0, 0, 2]] and content["kinds"]["confusion"] == "measured"
    unlabelled = replace(values.evidence(), verification=replace(values.verification(), confusion=()))
    assert "confusion" not in unlabelled.content()


def test_fmax_is_shown_with_its_spread_and_the_seed_whose_bitstream_is_kept():
    report = compiled().content
    assert report["implementation"]["fmax_spread_mhz"] == 10.0
    shown = {row.what: row.value for row in rows(report)}
    assert shown["Board Fmax, spread"] == "10.0 MHz; kept is the bitstream of seed 1"
    report["implementation"]["fmax_mhz_by_seed"] = {"1": 120.0}
    assert "Board Fmax, spread" not in {row.what for row in rows(report)}
