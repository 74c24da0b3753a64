"""One design of the corpus, as a trial of the sweep engines: its number and board in, what it takes out."""

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from edgeflow.boards import _board
from edgeflow.calibrate.designs import drawn
from edgeflow.calibrate.measure import measure
from edgeflow.errors import InputError
from edgeflow.families import _family
from edgeflow.implement.flow import check_budget
from edgeflow.sweep._task import Figures, Task


def run(task: Task) -> Figures:
    number, _, name = str(task.point["design"]).partition("@")
    board, wanted = _board.load(name), drawn(int(number))
    clock_mhz = wanted.clock_mhz(_family.of(board))
    design = wanted.design(_family.of(board))
    check_budget(name, board.budget, asdict(design.cost))
    if design.cost.luts > wanted.most_luts:
        raise InputError(f"left out: about {design.cost.luts} LUTs are over {wanted.most_luts}, which route in a while")
    with TemporaryDirectory(prefix="edgeflow-calibrate-") as folder:
        found = measure(design, board, clock_mhz, Path(folder))
    cells = {f"cells.{kind}": float(count) for kind, count in found.synthesized.items()}
    routed = {f"routed.{name}": value for name, value in {**found.cells, "fmax_mhz": found.fmax_mhz}.items()}
    return {**routed, "clock_mhz": clock_mhz, **cells}
