"""What one design really takes: synthesized for a board's family, packed or also routed, alone and without pins.

The netlist keeps its clock's port and no other: a bare core has more ports than a package has pins, and nextpnr wants a
place for each. What hangs on the others stays; it is not timed, but registers and all that lies between them are.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from edgeflow.boards._board import Board
from edgeflow.families import _family
from edgeflow.rtl.design import Design
from edgeflow.tools import pyosys

CLOCK = "clk_i"
SEED = 1


@dataclass(frozen=True)
class Measured:
    cells: dict[str, int]  # luts, ffs, brams, dsps, carries as the family counts them; placing does not change them
    fmax_mhz: float | None  # None: packed only


def measure(design: Design, board: Board, clock_mhz: float, folder: Path, route: bool = True) -> Measured:
    """Raises DoesNotFitError, ToolError or MissingToolError."""
    family, target = _family.of(board), _family.target(board)
    design.write_sources(folder)
    synthesis = pyosys.run(folder, design.top, list(design.sources), family.technology)
    if not route:
        return Measured(family.takes(family.router.pack(folder, design.top, target), synthesis.cells), None)
    synthesis.netlist.write_text(only_clocked(synthesis.netlist.read_text(), design.top))
    places = replace(board, pins={CLOCK: board.pins[board.clock.port]}, clock=replace(board.clock, port=CLOCK))
    (folder / "clock.txt").write_text(family.constraints(places))
    routed = family.router.alone(folder, design.top, SEED, target, clock_mhz, "clock.txt")
    return Measured(family.takes(routed.used, synthesis.cells), routed.slowest_mhz)


def only_clocked(netlist: str, top: str) -> str:
    """The netlist without its ports, and their buffers, but for the clock's."""
    design = json.loads(netlist)
    module = design["modules"][top]
    module["ports"] = {CLOCK: module["ports"][CLOCK]}
    clock = module["ports"][CLOCK]["bits"]
    module["cells"] = {
        name: cell
        for name, cell in module["cells"].items()
        if cell["type"] not in ("IBUF", "OBUF") or clock in cell["connections"].values()
    }
    return json.dumps(design)
