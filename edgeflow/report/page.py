"""What is shown, apart from how: a page of sections with tables and figures. Markdown, HTML and terminal render it.

All text is plain: names from models may be hostile, and every renderer escapes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edgeflow.report.svg import Picture

Cells = Sequence[str]


@dataclass(frozen=True)
class Table:
    headings: tuple[str, ...]
    rows: Sequence[Cells]
    words: int = 1  # columns of words, from the left; those behind them hold numbers
    worse: frozenset[int] = frozenset()  # rows to mark


@dataclass(frozen=True)
class Figure:
    picture: Picture
    file: str = ""  # its own file beside the page, if it has one


@dataclass(frozen=True)
class Section:
    title: str
    text: str
    parts: tuple[Table | Figure, ...]


@dataclass(frozen=True)
class Page:
    title: str
    lead: str
    sections: tuple[Section, ...]
