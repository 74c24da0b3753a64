"""Make the corpus, or go on with it: every design of a family that the table lacks, one process each.

The table is the state: a design in it, measured or failed, is never run again. Trials that finished before a stop wait
in a folder beside the table and are taken in by the next start.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from edgeflow import catalog
from edgeflow.calibrate.trial import DESIGN, named, row
from edgeflow.errors import InputError, did_you_mean
from edgeflow.estimate import corpus
from edgeflow.estimate.corpus import Row
from edgeflow.sweep import run as sweeps
from edgeflow.sweep.engines._engine import Options
from edgeflow.sweep.folder import Folder
from edgeflow.sweep.plan import Limits, Plan, Sweep

BOARDS = {"ecp5": "ulx3s_25f", "ice40": "icebreaker", "gw1n": "tangnano9k", "gw2a": "tangnano20k"}
DEFAULT = ("ecp5", "ice40", "gw1n")
FUNCTION = "edgeflow.calibrate.trial:run"
LIMITS = Limits(seconds=600.0, memory_gib=3.0)


def calibrate(table: Path, families: Sequence[str], numbers: Sequence[int], jobs: int | None) -> list[Row]:
    """The designs of those numbers for each family in ``table``; returns all of its rows."""
    folder = table.with_suffix(".trials")
    rows = _taken_in(table, folder)
    missing = _missing(rows, [_board_of(family) for family in families], numbers)
    if missing:
        try:
            sweeps.work(Folder.create(folder, _plan(missing)), "local", Options(jobs))
        finally:
            rows = _taken_in(table, folder)
    return rows


def _board_of(family: str) -> str:
    if family not in BOARDS:
        known = catalog.names("families")
        raise InputError(f'calibrate: no "{family}"{did_you_mean(family, known)}')
    return BOARDS[family]


def _missing(rows: list[Row], boards: list[str], numbers: Sequence[int]) -> list[str]:
    """Number by number, so that families grow together."""
    there = {row.key for row in rows}
    return [named(n, board) for n in numbers for board in boards if (n, board) not in there]


def _taken_in(table: Path, folder: Path) -> list[Row]:
    """The table's rows with those of finished trials, saved; the folder goes, unless somebody works in it."""
    rows = corpus.load(table) if table.exists() else []
    if (folder / "plan.json").exists():
        opened = Folder.open(folder)
        known = {row.key for row in rows}
        rows += [made for result in opened.results() if (made := row(result)).key not in known]
        corpus.save(rows, table)
        if opened.running():
            raise InputError(f"{folder}: another edgeflow calibrate works there; wait for it, or end it")
        shutil.rmtree(folder)
    return rows


def _plan(designs: list[str]) -> Plan:
    sweep = Sweep(
        name="calibrate",
        recipe="",
        space={DESIGN: list(designs)},
        objectives=["routed.luts"],
        sampler="grid",
        limits=LIMITS,
    )
    return Plan(sweep, f"{DESIGN}: none\n", FUNCTION, ("edgeflow.calibrate.trial",))
