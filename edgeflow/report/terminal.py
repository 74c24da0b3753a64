"""What a person sees: live progress on a terminal, plain lines without one, and the result table."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from edgeflow.report.page import Page, Table
from edgeflow.report.rows import rows

PLAIN_EVERY_S = 5.0  # without a terminal, details of one stage come no faster


@contextmanager
def progress_lines() -> Iterator[Callable[[str], None]]:
    """A function that shows what is being done and since when; on stderr, so that results can be piped."""
    console = Console(stderr=True)
    started = time.monotonic()
    if not console.is_terminal:
        yield _plain(started)
        return
    with console.status("") as status:
        yield lambda text: status.update(f"{escape(text)} [dim]({time.monotonic() - started:.0f} s)[/dim]")


def _plain(started: float) -> Callable[[str], None]:
    last: dict[str, float] = {}

    def line(text: str) -> None:
        topic, now = text.partition(":")[0].partition(",")[0], time.monotonic()
        if now - last.get(topic, -PLAIN_EVERY_S) >= PLAIN_EVERY_S:
            last[topic] = now
            print(f"[{now - started:6.1f} s] {text}", file=sys.stderr, flush=True)

    return line


def show(report: dict[str, Any] | None, paths: dict[str, Path]) -> None:
    """The result table, and where everything lies."""
    console = Console(width=None if sys.stdout.isatty() else 110)
    if report:
        table = RichTable(title=escape(report["name"]), title_justify="left")
        for column in ("What", "Value", "Kind"):
            table.add_column(column)
        for row in rows(report):
            table.add_row(*(escape(cell) for cell in row))
        console.print(table)
    for what, path in paths.items():
        console.print(f"{what}: {path}", markup=False, highlight=False, soft_wrap=True)


def show_page(page: Page) -> None:
    """A page's tables; a row that got worse says so."""
    for part in (part for section in page.sections for part in section.parts if isinstance(part, Table)):
        rows = [(f"{row[0]} (worse)", *row[1:]) if i in part.worse else row for i, row in enumerate(part.rows)]
        show_table(page.title, part.headings, rows, [page.lead])
    if not page.sections:
        print(f"{page.title}: {page.lead}")


def show_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], notices: Sequence[str] = ()) -> None:
    """Any table of text; below it a line for each notice."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    table = RichTable(title=escape(title), title_justify="left")
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
    for notice in notices:
        console.print(notice, markup=False, highlight=False, soft_wrap=True)
