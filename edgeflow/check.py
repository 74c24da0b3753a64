"""``edgeflow check``: what becomes of every layer of a model, before any work.

A model is a recipe, whose student is built untrained, or a Keras file, of which no code runs.
"""

import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edgeflow import catalog, imports
from edgeflow import recipe as recipes
from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.frontends import _keras_file
from edgeflow.frontends._keras_checks import judge_kinds
from edgeflow.frontends.hls4ml_graph import Finding, Verdict

RECIPES = (".yaml", ".yml")
Row = tuple[str, str, str, str]


def check(model: Path) -> tuple[Finding, ...]:
    """One finding a layer. Raises InputError for what is no model, RecipeError for a wrong recipe."""
    if model.suffix in RECIPES:
        return _recipe(recipes.load(model))
    if not model.exists():
        raise InputError(f"{model}: no such file")
    if model.suffix.lower() in imports.suffixes() and not _of_keras_2(model):
        found: tuple[Finding, ...] = imports.frontend_of(model).check(model)
        return found
    if model.is_dir() or model.suffix not in _keras_file.SUFFIXES:
        kinds = ", ".join(dict.fromkeys((*RECIPES, *_keras_file.SUFFIXES, *sorted(imports.suffixes()))))
        raise InputError(f"{model}: neither a recipe nor a model file; check reads files that end in {kinds}")
    return judge_kinds(_keras_file.layers(model)) or _examined(_keras_file.load(model))


def exit_code(found: tuple[Finding, ...]) -> int:
    """0, or the code of UnsupportedLayerError."""
    refused = any(finding.verdict is Verdict.REFUSED for finding in found)
    return UnsupportedLayerError.exit_code if refused else 0


def show(found: tuple[Finding, ...]) -> None:
    """A table on a terminal, else aligned lines."""
    rows = [_row(finding) for finding in found]
    if not sys.stdout.isatty():
        print(lines(rows))
        return
    table = Table("Layer", "Kind", "Verdict", "How or why")
    for row in rows:
        table.add_row(*map(escape, row), style="red" if row[2] == Verdict.REFUSED else None)
    Console().print(table)


def lines(rows: list[Row]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join("  ".join((*map(str.ljust, row, widths), row[3])).rstrip() for row in rows)


def _row(finding: Finding) -> Row:
    """Names come from files of strangers: no control characters reach the terminal."""
    cells = (finding.name, finding.class_name, finding.verdict.value, finding.how)
    name, kind, verdict, how = ("".join(c if c.isprintable() else "?" for c in cell) for cell in cells)
    return name, kind, verdict, how


def _of_keras_2(model: Path) -> bool:
    """Such a file is examined here; Keras 3 gives the same suffix to what a frontend imports."""
    return model.suffix in _keras_file.SUFFIXES and (model.is_dir() or not _keras_file.of_keras_3(model))


def _recipe(recipe: recipes.Recipe) -> tuple[Finding, ...]:
    data = catalog.load("datasets", recipe.dataset)
    frontend = catalog.load("frontends", recipe.student.framework)
    student = frontend.untrained(recipe.student, data.SHAPE, data.CLASSES)
    found: tuple[Finding, ...] = frontend.examine(student)
    return found


def _examined(model: object) -> tuple[Finding, ...]:
    found: tuple[Finding, ...] = catalog.load("frontends", "qkeras").examine(model)
    return found
