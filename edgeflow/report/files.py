"""A report in every format, as text and as the files of a run's folder."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgeflow.errors import InputError, did_you_mean
from edgeflow.report import html, markdown
from edgeflow.report.kinds import kind_of, numbers
from edgeflow.report.report import Report, load
from edgeflow.report.sections import PICTURE, overview, page

Content = dict[str, Any]
NAME = "report.json"


def write(report: Report, folder: Path) -> dict[str, Path]:
    """``report.json``, ``report.md`` with its picture, and ``report.html``, which is whole by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    report.save(folder / NAME)
    (folder / "report.md").write_text(as_text(report, "md"))
    (folder / "report.html").write_text(as_text(report, "html"))
    (folder / PICTURE).write_text(overview(report.content).file)
    return {"report": folder / "report.html", "in Markdown": folder / "report.md", "numbers": folder / NAME}


def read(run: Path) -> Report:
    """Of a run's folder or of its ``report.json``. Raises InputError for anything else."""
    path = run / NAME if run.is_dir() else run
    if not path.is_file():
        raise InputError(f"{run}: no {NAME}; edgeflow run, verify and import make one in their --out folder")
    try:
        report = load(path)
        missing = {"name", "verification", "estimate", "layers", "budget", "kinds"} - set(report.content)
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: no report: {error}") from None
    if missing:
        raise InputError(f"{path}: no {', '.join(sorted(missing))} in it; run its recipe again with this edgeflow")
    return report


def as_text(report: Report, form: str) -> str:
    """Raises InputError for an unknown format."""
    if form not in FORMATS:
        raise InputError(f'--format: no "{form}"{did_you_mean(form, FORMATS)}')
    return FORMATS[form](report.content)


def _csv(content: Content) -> str:
    """One number a line, by its dotted name, with its kind."""
    lines = io.StringIO()
    out = csv.writer(lines, lineterminator="\n")
    out.writerow(("figure", "value", "kind"))
    out.writerows((key, value, kind_of(key, content["kinds"])) for key, value in numbers(content))
    return lines.getvalue()


FORMATS: dict[str, Callable[[Content], str]] = {
    "md": lambda content: markdown.render(page(content)),
    "json": lambda content: json.dumps(content, indent=2) + "\n",
    "csv": _csv,
    "html": lambda content: html.render(page(content)),
}
