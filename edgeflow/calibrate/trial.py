"""One design of the corpus, as a trial of the sweep engines: its number and board in, what it takes out."""

from pathlib import Path
from tempfile import TemporaryDirectory

from edgeflow.boards import _board
from edgeflow.calibrate.designs import drawn
from edgeflow.calibrate.measure import measure
from edgeflow.families import _family
from edgeflow.sweep._task import Figures, Task


def run(task: Task) -> Figures:
    board = _board.load(str(task.point["board"]))
    design = drawn(int(str(task.point["number"])))
    clock_mhz = design.clock_mhz(_family.of(board))
    with TemporaryDirectory(prefix="edgeflow-calibrate-") as folder:
        found = measure(design.design(_family.of(board)), board, clock_mhz, Path(folder))
    cells = {f"cells.{kind}": float(count) for kind, count in found.synthesized.items()}
    routed = {f"routed.{name}": value for name, value in {**found.cells, "fmax_mhz": found.fmax_mhz}.items()}
    return {**routed, "clock_mhz": clock_mhz, **cells}
