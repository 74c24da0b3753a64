"""Take the idle ends off ECP5 carry chains in a Yosys netlist, so that nextpnr spends no cell on them.

nextpnr feeds a constant CIN in through a CCU2C of its own and leads every named COUT out through another, used or not
(nextpnr ecp5/pack.cc, split_carry_chain). A chain that hw/techmap/ecp5_add.v starts needs no CIN, and a COUT without
a reader needs no way out.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

UNCONNECTED = ["x"]  # nextpnr asks for the port, and leaves it open for an x


def free_idle_ends(netlist: Path) -> None:
    """Rewrite the netlist file in place."""
    design = json.loads(netlist.read_text())
    for module in design["modules"].values():
        _free(module)
    netlist.write_text(json.dumps(design))


def _free(module: dict[str, Any]) -> None:
    readers = _readers(module)
    for cell in module["cells"].values():
        if cell["type"] != "CCU2C":
            continue
        wires = cell["connections"]
        if _starts_its_own_carry(cell) and not isinstance(wires["CIN"][0], int):
            wires["CIN"] = UNCONNECTED
        if wires.get("COUT") and not readers[wires["COUT"][0]]:
            wires["COUT"] = UNCONNECTED


def _starts_its_own_carry(cell: dict[str, Any]) -> bool:
    """With C0 and D0 high the lower LUT4 is INIT0[15:12]; all zero, the carry out of it does not depend on CIN."""
    wires = cell["connections"]
    return wires["C0"] == ["1"] and wires["D0"] == ["1"] and int(cell["parameters"]["INIT0"], 2) >> 12 == 0


def _readers(module: dict[str, Any]) -> Counter[int]:
    """How many inputs and module ports read each net."""
    bits = [b for port in module["ports"].values() for b in port["bits"]]
    for cell in module["cells"].values():
        for port, wires in cell["connections"].items():
            if cell["port_directions"][port] != "output":
                bits += wires
    return Counter(b for b in bits if isinstance(b, int))
