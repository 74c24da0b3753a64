"""The command that sets runs side by side, and how ``edgeflow report`` shows one.

Heavy imports wait for the command that needs them, as in ``cli``.
"""

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgeflow.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from edgeflow.report.page import Page
    from edgeflow.report.report import Report
    from edgeflow.run import Outcome

app = typer.Typer()

PageFormat = Annotated[str | None, typer.Option("--format", help="Print it as md or html.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write it there too: .md or .html.")]


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs, the one to compare with first.")],
    form: PageFormat = None,
    out: Out = None,
) -> None:
    """Set runs side by side."""
    from edgeflow.report import compare as comparing
    from edgeflow.report import files

    columns = [comparing.column(_label(run, runs), files.read(run).content) for run in runs]
    _show_page(comparing.side_by_side(columns), form, out)


def show_run(run: Path, form: str | None, in_browser: bool) -> None:
    """A finished run, from its ``report.json``."""
    from edgeflow.report import files

    report = files.read(run)
    paths = files.write(report, run if run.is_dir() else run.parent) if in_browser else {}
    _show_report(report, paths, form, in_browser)


def show_outcome(outcome: "Outcome", form: str | None, in_browser: bool) -> None:
    assert outcome.report is not None, "the flow's last stage makes one"
    _show_report(outcome.report, outcome.paths, form, in_browser)


def _show_report(report: "Report", paths: dict[str, Path], form: str | None, in_browser: bool) -> None:
    from edgeflow.report import files
    from edgeflow.report.terminal import show

    if form:
        print(files.as_text(report, form), end="")
    else:
        show(report.content, paths)
    if in_browser:
        webbrowser.open(paths["report"].resolve().as_uri())


def _label(run: Path, runs: list[Path]) -> str:
    """The folder's name, or all of its path where names repeat."""
    names = [(one if one.is_dir() else one.parent).resolve().name for one in runs]
    name = names[runs.index(run)]
    return name if names.count(name) == 1 else str(run)


def _show_page(page: "Page", form: str | None, out: Path | None) -> None:
    from edgeflow.report.terminal import show_page

    if form:
        print(_rendered(page, form), end="")
    else:
        show_page(page)
    if out:
        out.write_text(_rendered(page, out.suffix.removeprefix(".")))


def _rendered(page: "Page", form: str) -> str:
    from edgeflow.report import html, markdown

    forms = {"md": markdown.render, "html": html.render}
    if form not in forms:
        raise InputError(f'--format: no "{form}"{did_you_mean(form, forms)}')
    return forms[form](page)
