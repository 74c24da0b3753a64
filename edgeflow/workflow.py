"""``edgeflow init --ci``: a GitHub Actions workflow that checks, simulates and estimates a model on each push."""

import json
from pathlib import Path

from edgeflow import __version__
from edgeflow.errors import InputError
from edgeflow.recipe import load
from edgeflow.tools import _git

FILE = ".github/workflows/edgeflow.yml"
TEMPLATE = """\
# Made by edgeflow init --ci. Checks, simulates and estimates the model on each push and posts the figures.
name: edgeflow

on:
  push:
  pull_request:

permissions:
  contents: read

jobs:
  model:
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    env:
      PACKAGE: @PACKAGE@
      RECIPE: @RECIPE@
      EDGEFLOW_STORE: ${{ github.workspace }}/.edgeflow
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - uses: actions/cache@v4
        with:
          path: .edgeflow
          key: edgeflow-${{ github.sha }}
          restore-keys: edgeflow-
      - name: Install
        run: pip install "$PACKAGE"
      - name: Check every layer
        run: edgeflow check "$RECIPE"
      - name: Simulate and estimate
        run: edgeflow verify "$RECIPE" --out runs/ci
      - name: Post the report
        run: edgeflow report runs/ci --format md >> "$GITHUB_STEP_SUMMARY"
      - name: Compare with the last recorded commit
        run: edgeflow history "$RECIPE" --add runs/ci --format md >> "$GITHUB_STEP_SUMMARY"
      - uses: actions/upload-artifact@v4
        if: ${{ !cancelled() }}
        with:
          name: report
          path: runs/ci/report.html
"""


def write(recipe: Path, package: str | None) -> Path:
    """The workflow in the repository around ``recipe``. Raises InputError if another one lies there."""
    framework = load(recipe).student.framework  # a recipe with mistakes gets none
    root = _git.top(recipe.parent)
    wanted = text(recipe.resolve().relative_to(root.resolve()), package or f"edgeflow[{framework}]=={__version__}")
    path = root / FILE
    if path.exists() and path.read_text() != wanted:
        raise InputError(f"{path}: there is another workflow; remove it first")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(wanted)
    return path


def text(recipe: Path, package: str) -> str:
    """Both names stay data: quoted for YAML, and read by the shell from the environment."""
    for name in (recipe.as_posix(), package):
        if "${{" in name or not name.isprintable():
            raise InputError(f"init: {name!r} cannot stand in a workflow; rename it")
    quoted = {"@RECIPE@": json.dumps(recipe.as_posix()), "@PACKAGE@": json.dumps(package)}
    filled = TEMPLATE
    for place, value in quoted.items():
        filled = filled.replace(place, value)
    return filled
