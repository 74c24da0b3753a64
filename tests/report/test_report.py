"""A report is the stages' results side by side: figures by head, and one JSON document that comes back as it went."""

from dataclasses import replace

import values

from edgeflow.report import report as reports
from edgeflow.report.markdown import page
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


def test_a_models_file_has_no_gains():
    content = reports.compile_import(values.evidence(), {"executor": "ORT", "ties": 0, "tie": ""}).content
    assert not {"gains", "accuracy", "baseline", "weight_bits"} & set(content)
    assert {row.what for row in rows(content)} >= {"Mismatches", "ORT decided a tie by its rounding"}
    assert "gains.latency" not in content["kinds"]


def test_what_is_saved_comes_back_and_makes_the_same_page(tmp_path):
    report = compiled()
    report.save(tmp_path / "report.json")
    assert page(reports.load(tmp_path / "report.json").content) == page(report.content)


def test_the_confusion_is_there_where_labels_were():
    content = compiled().content
    assert content["confusion"] == [[4, 1, 0], [0, 3, 0], [0, 0, 2]] and content["kinds"]["confusion"] == "measured"
    unlabelled = replace(values.evidence(), verification=replace(values.verification(), confusion=()))
    assert "confusion" not in unlabelled.content()
