"""Runs side by side: every figure that any of them has, each with its change against one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeflow.report.figures import FIGURES, Figure
from edgeflow.report.kinds import KINDS, Number, kind_of
from edgeflow.report.page import Page, Section, Table


@dataclass(frozen=True)
class Column:
    label: str
    figures: Mapping[str, Number]  # by dotted name


def column(label: str, content: dict[str, Any]) -> Column:
    """A report's figures."""
    found = {figure.key: figure.of(content) for figure in FIGURES}
    return Column(label, {key: value for key, value in found.items() if value is not None})


def side_by_side(runs: Sequence[Column]) -> Page:
    """Against the first run."""
    text = "Changes are against the first run; a row marked worse has a run that is worse than it."
    return Page("Runs side by side", text, (Section("Figures", "", (table(runs, runs[0], runs[1:]),)),))


def table(columns: Sequence[Column], against: Column, judged: Sequence[Column], tolerance: float = 0.0) -> Table:
    """Rows are marked where one of the ``judged`` columns is worse than ``against`` by more than this fraction."""
    there = [figure for figure in FIGURES if any(figure.key in one.figures for one in columns)]
    rows = [
        (figure.label, kind_of(figure.key, KINDS), *(_cell(figure, one, against, one in judged) for one in columns))
        for figure in there
    ]
    worst = {figure for one in judged for figure in worse(one, against, tolerance)}
    bad = frozenset(i for i, figure in enumerate(there) if figure in worst)
    return Table(("Figure", "Kind", *(one.label for one in columns)), rows, words=2, worse=bad)


def worse(one: Column, than: Column, tolerance: float) -> list[Figure]:
    pairs = [(figure, one.figures.get(figure.key), than.figures.get(figure.key)) for figure in FIGURES]
    return [figure for figure, value, before in pairs if figure.is_worse(value, before, tolerance)]


def _cell(figure: Figure, one: Column, against: Column, with_change: bool) -> str:
    return figure.beside(one.figures.get(figure.key), against.figures.get(figure.key) if with_change else None)
