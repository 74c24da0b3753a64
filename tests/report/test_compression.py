"""The report's page says of each compression step what it bought."""

from dataclasses import asdict

from edgeflow.report import studies
from edgeflow.report.page import Table
from edgeflow.training import StepRecord

PRUNE = StepRecord("prune", 0.9889, 0.98, 5488, 4116, 1200, 600, True, {"channels": {"dense_0": 24}})
DISTILL = StepRecord("distill", 0.9852, 0.98, 5488, 5488, 1200, 1199, False, {})


def test_a_row_for_each_step_kept_or_not() -> None:
    section = studies.compression({"compression": [asdict(DISTILL), asdict(PRUNE)]})
    assert section is not None
    (table,) = [part for part in section.parts if isinstance(part, Table)]
    assert list(table.rows) == [
        ("distill", "no", "98.52 %", "98.00 %", "5,488", "5,488", "1,200", "1,199"),
        ("prune", "yes", "98.89 %", "98.00 %", "5,488", "4,116", "1,200", "600"),
    ]


def test_no_steps_no_table() -> None:
    assert studies.compression({}) is None
    assert studies.compression({"compression": []}) is None
