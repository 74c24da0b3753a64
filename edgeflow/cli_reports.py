"""The commands that show what runs found: compare, history, init; and how ``edgeflow report`` shows one.

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

RecipePath = Annotated[Path, typer.Argument(help="The recipe, a YAML file.", show_default=False)]
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


@app.command()
def history(
    recipe: RecipePath,
    add: Annotated[Path | None, typer.Option(help="Record this run's figures for the present commit.")] = None,
    tolerance: Annotated[float, typer.Option(min=0, help="Percent by which a figure may get worse.")] = 0.0,
    form: PageFormat = None,
    out: Out = None,
) -> None:
    """Show a model's figures commit by commit; ends with 7 if the last commit made one worse."""
    from edgeflow.report import files
    from edgeflow.report import history as histories
    from edgeflow.tools import _git

    if not recipe.is_file():
        raise InputError(f"{recipe}: no such file")
    path = histories.path_of(recipe)
    if add:
        state = _git.state(recipe.parent, path)
        entries = histories.append(path, histories.entry(state.commit, state.changed, files.read(add).content))
    else:
        entries = histories.read(path)
    _show_page(histories.page(recipe.parent.resolve().name, entries, tolerance / 100), form, out)
    histories.check(entries, tolerance / 100)


@app.command()
def init(
    recipe: RecipePath,
    ci: Annotated[bool, typer.Option("--ci", help="A GitHub Actions workflow for the repository.")] = False,
    package: Annotated[str | None, typer.Option(help="What pip installs there; default this version.")] = None,
) -> None:
    """Prepare a model's repository: with --ci, a workflow that checks, simulates and estimates on each push."""
    from edgeflow import workflow

    if not ci:
        raise InputError("init: nothing to make; --ci makes a GitHub Actions workflow")
    print(f"workflow: {workflow.write(recipe, package)}")


def add_studies(run: Path, sweep: Path | None, ablation: Path | None) -> None:
    """Put what they found into a finished run's report, which keeps it until the run is made again."""
    if not sweep and not ablation:
        return
    from edgeflow import studied
    from edgeflow.report import files

    report = files.read(run)
    report = studied.with_sweep(report, sweep) if sweep else report
    report = studied.with_ablation(report, ablation) if ablation else report
    files.write(report, run if run.is_dir() else run.parent)


def add_vendor(run: Path, tool: str, made: dict[str, object], figures: dict[str, float]) -> dict[str, Path]:
    """What a vendor's tool found, in the run's report if it has one; the files that are new."""
    from edgeflow.report import files, vendors

    if not (run / files.NAME).is_file():
        return {}
    return files.write(vendors.add(files.read(run), tool, made, figures), run)


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
