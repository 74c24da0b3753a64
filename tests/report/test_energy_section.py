"""Energy in a report: modelled with its range and inputs, and what it saves against the measured baseline."""

from dataclasses import replace

import report_values as values

from edgeflow.report import files
from edgeflow.report.energy import energy
from edgeflow.report.gains import gains
from edgeflow.report.kinds import kind_of
from edgeflow.report.report import compile_import, compile_report
from edgeflow.report.rows import rows


def compiled(**changed):
    beside = values.comparison()
    return compile_report(values.evidence(), replace(beside, payback=replace(beside.payback, **changed)))


def test_the_json_has_the_figure_its_range_and_all_that_went_in():
    content = compiled().content
    found = content["energy"]
    assert (found["frame_nj"], found["low_nj"], found["high_nj"]) == (80, 40, 160)
    assert (found["dynamic_mw"], found["static_mw"]) == (100, 400), "16 and 64 nJ in 160 ns"
    assert found["activity"]["registers"] == 0.25 and found["cells"] == "packed" and found["clock_mhz"] == 100
    assert [share["source"] for share in found["shares"]] == ["a paper", "a data sheet"]
    assert content["gains"]["energy"] == content["payback"]["ratio"] == 40_000 / 80


def test_modelled_measured_and_stated_are_told_apart():
    kinds = compiled().content["kinds"]
    assert kind_of("energy.frame_nj", kinds) == kind_of("payback.repaid_after", kinds) == "modelled"
    assert kind_of("energy.activity.logic", kinds) == "simulated" and kind_of("payback.cpu_watts", kinds) == "stated"
    assert kind_of("payback.training_seconds", kinds) == "measured"
    assert kind_of("payback.baseline_nj", kinds) == "measured time x stated power"


def test_the_result_table_says_it_in_three_lines():
    found = {row.what: row for row in rows(compiled().content)}
    assert found["Energy an inference, core at full rate"][1:] == ("80 nJ (40 to 160)", "modelled")
    assert found["Power, dynamic + static"].value == "100 + 400 mW"
    assert found["Baseline's at 5 W a core"].value == "40,000 nJ, 500 times that"


def test_the_section_shows_each_cause_with_its_source_and_when_training_is_repaid():
    section = energy(compiled().content)
    shares, against = section.parts
    assert shares.rows[0] == ("logic", "1,000 LUTs, 0.100 toggles a cycle", "a paper", "16", "8", "32")
    shown = {what: value for what, value, _ in against.rows}
    assert shown["Training repaid after"] == "2,505,011 inferences", "20 s at 5 W over 39,920 nJ"
    assert "64 frames in 1,024 cycles" in section.text and "never measured" in section.text


def test_gains_are_against_the_cpu_and_against_hardware_of_the_same_model():
    rows = [row[1:] for row in gains(compiled().content).parts[0].rows if row[0] == "Energy an inference"]
    assert rows == [
        ("modelled", "4,000 nJ", "80 nJ", "50.0"),
        ("measured time x stated power / modelled", "40,000 nJ", "80 nJ", "500.0"),
    ]


def test_without_a_baseline_there_is_the_energy_alone():
    content = compile_import(values.evidence(), {"executor": "ORT", "ties": 0, "tie": ""}).content
    assert len(energy(content).parts) == 1 and "energy" not in content.get("gains", {})
    assert energy(compile_import(replace(values.evidence(), energy=None), {"executor": "x"}).content) is None


def test_a_student_that_saves_nothing_says_so():
    assert "never: the student saves no energy" in files.as_text(compiled(repaid_after=None), "md")
