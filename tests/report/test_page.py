"""The page as a strict parser reads it: well formed, whole by itself, accessible, and hostile names are only text."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest
import report_values as values

from edgeflow.report import files, html, markdown, studies
from edgeflow.report.kinds import kind_of, numbers
from edgeflow.report.page import Page, Section, Table
from edgeflow.report.plots import Point
from edgeflow.report.report import compile_import, compile_report
from edgeflow.report.rows import rows
from edgeflow.report.sections import page

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def whole(name="tiny", layer="dense_0"):
    """A report with every section there is."""
    report = compile_report(values.evidence(layer, name), values.comparison())
    report.content["compression"] = [
        {"step": "distill", "kept": True, "validation_before": 0.9, "validation_after": 0.95, "weight_bits_before": 9}
        | {"weight_bits_after": 8, "nonzero_weights_before": 7, "nonzero_weights_after": 6}
    ]
    front = studies.Front("LUTs, routed", "accuracy, %", [Point("a", 10, 90), Point(layer, 20, 95, chosen=True)])
    variants = [studies.Variant("whole", 0.95, 5000), studies.Variant(f"without {layer}", 0.9, 5000)]
    return studies.add(report, front, variants)


def simulated():
    return compile_report(
        values.simulated_only(), replace(values.comparison(), measured=None, payback=None, board_run=None)
    )


REPORTS = {
    "whole": whole(),
    "hostile": whole(values.HOSTILE, values.HOSTILE),
    "simulated": simulated(),
    "imported": compile_import(values.evidence(), {"executor": "ORT", "ties": 1, "tie": "x"}),
}


def parsed(text):
    """Raises at the first mistake that a browser would only repair."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


@pytest.fixture(params=REPORTS)
def root(request):
    return parsed(files.as_text(REPORTS[request.param], "html"))


def test_nothing_is_fetched(root):
    for element in root.iter():
        assert element.tag not in ("script", "img", "iframe", "object", "embed", "base", "form"), element.tag
        for name, value in element.attrib.items():
            assert name not in ("src", "srcset", "action") and not name.startswith("on"), name
            assert name != "href" or value.startswith("#") or value == "data:,"
        assert element.tag != "style" or not {"@import", "url("} & set(element.text.split())
        assert element.tag != "style" or "url(" not in element.text
    policy = next(one for one in root.iter("meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy.get("content")


def test_ids_are_unique_and_every_link_arrives(root):
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) > 5
    targets = [a.get("href")[1:] for a in root.iter("a")]
    targets += [section.get("aria-labelledby") for section in root.iter("section")]
    assert set(targets) == set(ids)


def test_headings_are_in_order_and_tables_have_scopes(root):
    levels = [int(element.tag[1]) for element in root.iter() if element.tag in HEADINGS]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip(levels, levels[1:], strict=False))
    for table in root.iter("table"):
        columns = len(table.findall("thead/tr/th[@scope='col']"))
        for row in table.findall("tbody/tr"):
            assert len(row.findall("th[@scope='row']")) == 1 and len(row) == columns


def test_every_picture_has_a_name_and_every_scrolling_table_the_keyboard(root):
    pictures = [element for element in root.iter() if element.tag.endswith("svg")]
    assert len(pictures) >= 3
    for picture in pictures:
        assert picture.get("role") == "img" and picture[0].tag.endswith("title") and picture[0].text
    for table in root.iter("div"):
        assert table.get("tabindex") == "0" and table.get("role") == "region" and table.get("aria-label")


def test_every_row_of_the_result_is_on_the_page():
    report = REPORTS["whole"]
    shown = " ".join(parsed(files.as_text(report, "html")).itertext())
    for row in rows(report.content):
        assert row.what in shown and row.value in shown and row.kind in shown


def test_sections_are_those_of_what_was_made():
    titles = {name: [section.title for section in page(report.content).sections] for name, report in REPORTS.items()}
    assert titles["whole"] == [
        *("Result", "Gains against the float baseline", "Accuracy ladder", "Layers", "Estimated against found"),
        *("Use of the part", "Energy, modelled", "Confusion matrix", "Pareto front", "Ablation"),
        *("Compression, step by step", "Where the time went", "Provenance"),
    ]
    assert "Estimated against found" not in titles["simulated"] and "Accuracy ladder" in titles["simulated"]
    assert "Gains against the float baseline" not in titles["imported"]


def test_the_gain_table_compares_like_with_like():
    gains = next(s for s in page(whole().content).sections if s.title.startswith("Gains")).parts[0]
    by_name = {row[0]: row[1:] for row in gains.rows}
    assert by_name["Test accuracy"] == ("measured", "95.00 %", "90.00 %", "-5.00 points")
    assert by_name["Weight bits"] == ("counted", "64,000", "1,000", "64.0")
    assert by_name["LUTs"] == ("estimated", "2,000", "800", "2.5")
    assert by_name["Latency"][1:] == ("8.00 us", "0.400 us", "20.0")


def test_the_slowest_layer_and_the_part_that_is_used():
    sections = {section.title: section for section in page(whole().content).sections}
    dense, relu = sections["Layers"].parts[0].rows
    assert dense[5] == "16 *" and relu[5] == "1" and (dense[-1], relu[-1]) == ("75.0 %", "25.0 %")
    assert sections["Use of the part"].parts[0].rows[3] == ("DSPs", "routed", "32", "156", "20.5 %")
    errors = {row[0]: row[1:] for row in sections["Estimated against found"].parts[0].rows}
    assert errors["LUTs"] == ("packed", "800", "1,000", "-20.0 %", "1,500")
    assert errors["Latency, cycles"] == ("simulated", "40", "40", "+0.0 %", "-")
    assert sections["Confusion matrix"].parts[1].rows == [("0", "1", "1")]


def test_a_hostile_name_is_text_wherever_it_stands():
    text = files.as_text(REPORTS["hostile"], "html")
    seen = values.HOSTILE.replace("\x1b", " ")
    assert "<script" not in text and "\x1b" not in text
    found = [element for element in parsed(text).iter() if element.text == seen]
    assert {element.tag.rpartition("}")[2] for element in found} >= {"title", "h1", "th"}
    assert "{{ 7 * 7 }}" in text


def test_a_hostile_name_is_text_in_markdown_too():
    text = files.as_text(REPORTS["hostile"], "md")
    assert "<script" not in text.replace("\\<script", "") and "\x1b" not in text
    lines = [line for line in text.splitlines() if "script" in line and line.startswith("|")]
    assert lines and all(line.replace("\\|", "").count("|") in (4, 5, 12) for line in lines)
    assert "[b](c)" not in text and "`a`" not in text


@pytest.mark.parametrize(
    ("plain", "escaped"), [("a_b", r"a\_b"), ("<i>", r"\<i\>"), ("a|b\nc", r"a\|b c"), ("50 % (x)", "50 % (x)")]
)
def test_markdown_escapes_what_means_something(plain, escaped):
    assert markdown.escape(plain) == escaped


def test_rows_that_got_worse_say_so_without_colour():
    made = Page("t", "", (Section("s", "", (Table(("a", "b"), [("x", "1"), ("y", "2")], worse=frozenset({1})),)),))
    assert "| y (worse) | 2 |" in markdown.render(made) and "| x | 1 |" in markdown.render(made)
    assert [element.text for element in parsed(html.render(made)).iter("strong")] == ["worse"]


def test_the_same_values_give_the_same_bytes_in_any_process():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_page; from edgeflow.report import files;"
        "sys.stdout.write(files.as_text(test_page.whole(), 'html'))"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    made = [
        subprocess.run(command, capture_output=True, check=True, env=os.environ | {"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    ]
    assert made[0] == made[1] == files.as_text(REPORTS["whole"], "html").encode()


def test_what_studies_add_has_kinds_too():
    content = whole().content
    added = [key for key, _ in numbers(content) if key.startswith(("front", "ablation", "compression"))]
    assert len(added) > 10 and all(kind_of(key, content["kinds"]) for key in added)
    assert kind_of("ablation.1.accuracy", content["kinds"]) == "measured"
