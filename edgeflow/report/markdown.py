"""A page as Markdown. Text is untrusted and escaped; pictures are links to their files."""

import re
from collections.abc import Iterable, Iterator

from edgeflow.report.page import Figure, Page, Section, Table
from edgeflow.report.svg import one_line


def render(page: Page) -> str:
    lines = [f"# {escape(page.title)}", "", escape(page.lead), ""]
    return "\n".join([*lines, *(line for section in page.sections for line in _section(section))])


def escape(text: str) -> str:
    """Plain text anywhere in a line: no markup, no HTML, no formula."""
    return re.sub(r"([\\`*_\[\]|<>~&$])", r"\\\1", one_line(text))


def _section(section: Section) -> Iterator[str]:
    yield from (f"## {escape(section.title)}", "")
    if section.text:
        yield from (escape(section.text), "")
    for part in section.parts:
        match part:
            case Table():
                yield from (*_table(part), "")
            case Figure(picture=picture, file=file) if file:
                yield from (f"![{escape(picture.title)}]({file})", "")


def _table(table: Table) -> Iterator[str]:
    numbers = len(table.headings) - table.words
    yield _line(table.headings)
    yield f"|{' --- |' * table.words}{' ---: |' * numbers}"
    for i, row in enumerate(table.rows):
        yield _line((f"{row[0]} (worse)", *row[1:]) if i in table.worse else row)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(escape, cells))} |"
