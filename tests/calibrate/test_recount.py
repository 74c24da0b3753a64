"""The terms beside the shipped figures are those that today's code counts."""

from dataclasses import replace

from edgeflow.calibrate.recount import recounted
from edgeflow.estimate import corpus

ROWS = corpus.load()
MEASURED = [row for row in ROWS if not row.failure]


def test_the_shipped_corpus_is_counted_by_this_code():
    """After a change of terms: python -m edgeflow.calibrate.recount, then python -m edgeflow.estimate.fit."""
    rows = MEASURED[::30]
    assert rows and recounted(rows) == rows


def test_counting_again_leaves_what_was_measured_and_what_failed():
    failed = next(row for row in ROWS if row.failure)
    stale = replace(MEASURED[0], terms={"chain": 1.0})
    assert recounted([failed, stale]) == [failed, MEASURED[0]]
