"""One design of the corpus, as a trial of the sweep engines: its number and board in, figures out."""

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from edgeflow.boards import _board
from edgeflow.calibrate.designs import MOST_LUTS, drawn
from edgeflow.calibrate.measure import measure
from edgeflow.calibrate.others import others
from edgeflow.errors import InputError
from edgeflow.estimate.corpus import Row
from edgeflow.estimate.features import features
from edgeflow.families import _family
from edgeflow.implement.flow import check_budget
from edgeflow.sweep._task import Figures, Task
from edgeflow.sweep.result import Result
from edgeflow.tools import pyosys

DESIGN = "design"  # the point's only key
PARTS = ("routed", "terms", "others")


def named(number: int, board: str) -> str:
    """A design as a point's value."""
    return f"{number}@{board}"


def run(task: Task) -> Figures:
    number, board = _parsed(str(task.point[DESIGN]))
    wanted, family = drawn(number), _family.of(board)
    if wanted.dead:
        raise InputError("left out: its output is the same for all inputs")
    clock_mhz = wanted.clock_mhz(family)
    design = wanted.design(family)
    check_budget(board.name, board.budget, asdict(design.cost))
    luts, most = design.cost.luts, MOST_LUTS[board.family]
    if luts > most:
        raise InputError(f"left out: about {luts} LUTs are over {most}, which are measured in a while")
    with TemporaryDirectory(prefix="edgeflow-calibrate-") as folder:
        found = measure(design, board, clock_mhz, Path(folder), wanted.routed(luts))
    routed = found.cells | ({"fmax_mhz": found.fmax_mhz} if found.fmax_mhz else {})
    values = dict(zip(PARTS, (routed, features(design, board), others(wanted.network, wanted.folding)), strict=True))
    given = {f"{part}.{name}": float(value) for part, own in values.items() for name, value in own.items()}
    return {"clock_mhz": clock_mhz, **given}


def row(result: Result) -> Row:
    """What a finished trial adds to the corpus."""
    number, board = _parsed(str(result.point[DESIGN]))
    family, figures = _family.of(board), result.figures
    found, terms, other = (_part(figures, part) for part in PARTS)
    return Row(
        number=number,
        board=board.name,
        family=board.family,
        architecture=drawn(number).architecture,
        failure=result.failure.splitlines()[0] if result.failure else None,
        clock_mhz=figures.get("clock_mhz", 0.0),
        terms=terms,
        found=found,
        others=other,
        tools={tool.NAME: str(tool.version()) for tool in (pyosys, family.router)} if found else {},
    )


def _part(figures: Figures, part: str) -> dict[str, float]:
    return {name.removeprefix(f"{part}."): value for name, value in figures.items() if name.startswith(f"{part}.")}


def _parsed(design: str) -> tuple[int, _board.Board]:
    number, _, board = design.partition("@")
    return int(number), _board.load(board)
