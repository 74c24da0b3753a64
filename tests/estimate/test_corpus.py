"""The corpus that ships, and the constants fitted to it: what is in them, and that one follows from the other."""

import numpy as np
import pytest

from edgeflow.calibrate.architectures import ARCHITECTURES
from edgeflow.errors import InputError
from edgeflow.estimate import constants, corpus, fit
from edgeflow.estimate.analytic import of_terms
from edgeflow.estimate.corpus import Row

ROWS = corpus.load()
MEASURED = [row for row in ROWS if not row.failure]
FITTED = [row for row in MEASURED if row.family in constants.load()]


def test_every_row_is_a_design_of_its_own_with_figures_or_a_cause():
    assert len({row.key for row in ROWS}) == len(ROWS)
    assert {row.architecture for row in ROWS} == {*ARCHITECTURES, "trained"}
    for row in ROWS:
        assert bool(row.failure) != bool(row.found), row.key
    for row in MEASURED:
        assert {"luts", "ffs", "carries", "brams", "dsps"} <= row.found.keys() <= set(corpus.FIGURES)
        assert row.clock_mhz > 0 and row.tools.keys() >= {"yosys"} and row.others.keys() == {"macs", "ebops", "da4ml"}


def test_the_fit_gives_the_constants_that_ship():
    """python -m edgeflow.estimate.fit writes them; the last digits are another machine's arithmetic."""
    again, shipped = fit.fit(ROWS), constants.load()
    assert again.keys() == shipped.keys()
    for family, one in shipped.items():
        new = again[family]
        assert new.rows == one.rows and new.most == one.most
        for figure in ("luts", "carries"):
            new_costs, costs = getattr(new.constants, figure), getattr(one.constants, figure)
            assert new_costs.keys() == costs.keys()
            assert list(new_costs.values()) == pytest.approx(list(costs.values()), abs=2e-3)
        assert new.constants.speed == pytest.approx(dict(one.constants.speed), abs=1e-3)
        assert list(new.spread.values()) == pytest.approx(list(one.spread.values()), abs=1e-3)


def test_counted_figures_are_what_synthesis_finds():
    """Not fitted: flip-flops, block memories and multipliers follow from the structure."""
    ffs = [abs(row.terms["ffs"] / row.found["ffs"] - 1) for row in MEASURED if row.found["ffs"] >= fit.SMALLEST_LUTS]
    assert np.median(ffs) < 0.03
    for figure in ("brams", "dsps"):
        assert np.mean([row.terms.get(figure, 0) == row.found[figure] for row in MEASURED]) >= 0.9


@pytest.mark.parametrize("row", FITTED[::5], ids=lambda row: f"{row.number}@{row.board}")
def test_an_interval_holds_its_estimate(row):
    said = of_terms(row.terms, row.family, 7, 3)
    assert (said.latency_cycles, said.interval_cycles) == (7, 3)
    assert said.within.keys() == set(corpus.FIGURES)
    for figure, (low, high) in said.within.items():
        assert 0 <= low <= getattr(said, figure) + 0.05 and getattr(said, figure) - 0.05 <= high


def test_beyond_the_corpus_is_said():
    row = FITTED[0]
    assert "chain" not in of_terms(row.terms, row.family, 1, 1).outside
    far = dict(row.terms) | {"chain": 100 * constants.of(row.family).most["chain"], "unheard_of": 1.0}
    assert of_terms(far, row.family, 1, 1).outside[-2:] == ("unheard_of", "chain")


def test_a_family_without_designs_is_said_or_refused():
    if "gw1n" in constants.load():
        row = next(row for row in FITTED if row.family == "gw1n")
        assert "family gw2a" in of_terms(row.terms, "gw2a", 1, 1).outside[0]
    with pytest.raises(InputError, match="not nexus"):
        constants.of("nexus")


def test_a_table_goes_to_a_file_and_back(tmp_path):
    path = tmp_path / "table.jsonl"
    rows = [Row(2, "b", "ecp5", "mlp", failure="no"), Row(1, "b", "ecp5", "cnn", clock_mhz=9.5, found={"luts": 3.0})]
    corpus.save(rows, path)
    assert corpus.load(path) == [rows[1], rows[0]]
    path.write_text(path.read_text() + '{"numbers": 3}\n')
    with pytest.raises(InputError, match=r"table.jsonl:3: no row"):
        corpus.load(path)
