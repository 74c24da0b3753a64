"""The report's page says of each compression step what it bought."""

from dataclasses import asdict

from edgeflow.report.markdown import _compression
from edgeflow.training import StepRecord

PRUNE = StepRecord("prune", 0.9889, 0.98, 5488, 4116, 1200, 600, True, {"channels": {"dense_0": 24}})
DISTILL = StepRecord("distill", 0.9852, 0.98, 5488, 5488, 1200, 1199, False, {})


def test_a_row_for_each_step_kept_or_not() -> None:
    lines = _compression({"compression": [asdict(DISTILL), asdict(PRUNE)]})
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert rows[0] == [
        *("Step", "Validation before", "Validation after", "Weight bits before", "Weight bits after"),
        *("Non-zero weights before", "Non-zero weights after", "Kept"),
    ]
    assert rows[2:] == [
        ["distill", "98.52 %", "98.00 %", "5,488", "5,488", "1,200", "1,199", "no"],
        ["prune", "98.89 %", "98.00 %", "5,488", "4,116", "1,200", "600", "yes"],
    ]


def test_no_steps_no_table() -> None:
    assert _compression({}) == _compression({"compression": []}) == []
