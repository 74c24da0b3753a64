"""A report in each format, and the files of a run's folder."""

import csv
import json

import pytest
import report_values as values

from edgeflow.errors import InputError
from edgeflow.report import files
from edgeflow.report.report import compile_report


@pytest.fixture
def report():
    return compile_report(values.evidence(values.HOSTILE), values.comparison())


def test_a_run_folder_holds_every_form_and_reads_back(report, tmp_path):
    paths = files.write(report, tmp_path / "run")
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "report.json",
        "report.md",
        "report.html",
        "report.svg",
    }
    assert all(path.is_file() for path in paths.values())
    again = files.read(tmp_path / "run")
    assert again.content == files.read(tmp_path / "run" / "report.json").content
    for form in files.FORMATS:
        assert files.as_text(again, form) == files.as_text(report, form)
    assert "(report.svg)" in (tmp_path / "run" / "report.md").read_text()


def test_csv_has_each_number_with_its_kind_and_no_text_of_the_model(report):
    text = files.as_text(report, "csv")
    found = {row["figure"]: row for row in csv.DictReader(text.splitlines())}
    assert found["implementation.luts"] == {"figure": "implementation.luts", "value": "1500", "kind": "routed"}
    assert found["layers.0.cost.luts"]["kind"] == "estimated" and found["layers.0.interval_cycles"]["value"] == "16"
    assert all(row["kind"] for row in found.values()) and "script" not in text


def test_json_is_the_file(report, tmp_path):
    files.write(report, tmp_path)
    assert files.as_text(report, "json") == (tmp_path / "report.json").read_text()


@pytest.mark.parametrize("content", ["", "[]", "7", '{"name": "x"}', "{"])
def test_what_is_no_report_is_named(tmp_path, content):
    (tmp_path / "report.json").write_text(content)
    with pytest.raises(InputError, match=r"report\.json"):
        files.read(tmp_path)


def test_a_report_of_an_older_edgeflow_says_what_to_do(report, tmp_path):
    del report.content["budget"]
    (tmp_path / "report.json").write_text(json.dumps(report.content))
    with pytest.raises(InputError, match="no budget in it; run its recipe again"):
        files.read(tmp_path)


def test_an_empty_folder_and_an_unknown_format(report, tmp_path):
    with pytest.raises(InputError, match="edgeflow run, verify and import make one"):
        files.read(tmp_path)
    with pytest.raises(InputError, match='did you mean "html"'):
        files.as_text(report, "htm")
