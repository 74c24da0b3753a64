"""hw/techmap/ecp5_add.v: proven equal to + and - for every width and sign, whatever the first CIN floats to.

The proof is Yosys' SAT solver over its own simulation model of CCU2C; it covers all operands of every width listed.
"""

import importlib.util
from itertools import cycle, product
from pathlib import Path

import pytest

from edgeflow import shipped
from edgeflow.errors import ToolError
from edgeflow.tools import _process, nextpnr_ecp5, pyosys

pytestmark = pytest.mark.tools

MAP = shipped.source("techmap/ecp5_add.v")
FLOATING = ".CIN(1'bx)"
SIGNS = ((0, 0), (1, 1))  # Verilog extends both operands alike
WIDTHS = [
    *((a, b, y) for a, b in product(range(1, 6), repeat=2) for y in (max(a, b) - 1, max(a, b), max(a, b) + 1) if y),
    (8, 8, 8),
    (8, 8, 9),
    (3, 16, 17),
    (16, 4, 16),
    (31, 32, 33),
]


def adders(widths, signs=SIGNS) -> str:
    """A module ``top`` of additions and subtractions: operands of the given widths and signs, results of the third."""
    lines, ports = [], []
    for i, ((a, b, y), (a_signed, b_signed), op) in enumerate(product(widths, signs, "+-")):
        extended = [f"$signed(a{i})" if a_signed else f"a{i}", f"$signed(b{i})" if b_signed else f"b{i}"]
        ports += [f"input [{a - 1}:0] a{i}", f"input [{b - 1}:0] b{i}", f"output [{y - 1}:0] y{i}"]
        lines.append(f"assign y{i} = {extended[0]} {op} {extended[1]};")
    return f"module top ({', '.join(ports)});\n" + "\n".join(lines) + "\nendmodule\n"


def prove(folder: Path, text: str, techmap: str) -> str:
    """Prove the mapped additions equal to Yosys' own; returns the log. Raises ToolError where they differ."""
    cells = Path(importlib.util.find_spec("pyosys").origin).parent / "share" / "ecp5" / "cells_sim.v"
    (folder / "top.v").write_text(text)
    (folder / "map.v").write_text(techmap)
    script = f"""\
read_verilog top.v
proc
opt_clean
copy top gate
rename top gold
techmap -map map.v gate
select -assert-none gate/t:$add gate/t:$sub
select -assert-min 1 gate/t:CCU2C
read_verilog -overwrite {cells}
hierarchy
proc
flatten -wb gate
select -assert-none gate/t:CCU2C
opt_clean
equiv_make gold gate equal
cd equal
equiv_simple
equiv_status -assert
"""
    (folder / "prove.ys").write_text(script)
    job = _process.Job("yosys", pyosys.command("prove.ys"), folder, "prove.log", timeout_s=300)
    _process.run(job)
    return job.log_path.read_text()


@pytest.mark.parametrize("carry", ["1'b0", "1'b1"])
def test_equal_to_plus_and_minus_for_either_floating_carry(tmp_path, carry):
    assert MAP.count(FLOATING) == 1
    log = prove(tmp_path, adders(WIDTHS), MAP.replace(FLOATING, f".CIN({carry})"))
    assert "Equivalence successfully proven!" in log


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("16'h000b : 16'h0008", "16'h000b : 16'h0009"),
        ("16'h000f : 16'h0000", "16'h0000 : 16'h0000"),
        ("16'h900a : 16'h600a", "16'h600a : 16'h600a"),
        ("a[0] & b[0]", "a[0] | b[0]"),
        (".C0(1'b1), .D0(1'b1), .A1(ha[1])", ".C0(1'b0), .D0(1'b0), .A1(ha[1])"),
    ],
)
def test_the_proof_fails_for_a_wrong_map(tmp_path, old, new):
    assert old in MAP
    with pytest.raises(ToolError):
        prove(
            tmp_path, adders([(2, 2, 2), (3, 3, 3), (4, 4, 4)]), MAP.replace(FLOATING, ".CIN(1'b0)").replace(old, new)
        )


def test_an_adder_costs_its_width_and_one(tmp_path):
    """Placed LUTs: width + 1 for a chain, width for one or two bits; nothing for a floating or an unused carry."""
    few, many = (4,), (1, 2, 3, 4, 5, 8, 11, 16)
    luts = placed_luts(tmp_path, "many", many) - placed_luts(tmp_path, "few", few)  # nextpnr's own constants cancel
    assert luts == sum(width + (width > 2) for width in many) - sum(width + 1 for width in few)


def placed_luts(folder: Path, name: str, widths: tuple[int, ...]) -> int:
    """TRELLIS_COMB cells of registered adders, additions and subtractions in turn."""
    ports = [f"input logic [{w - 1}:0] a{w}, b{w}, output logic [{w - 1}:0] y{w}" for w in widths]
    lines = [
        f"logic [{w - 1}:0] a{w}_q, b{w}_q;\n"
        f"always_ff @(posedge clk) begin a{w}_q <= a{w}; b{w}_q <= b{w}; y{w} <= a{w}_q {op} b{w}_q; end\n"
        for w, op in zip(widths, cycle("+-"), strict=False)
    ]
    (folder / f"{name}.sv").write_text(
        f"module {name} (input logic clk, {', '.join(ports)});\n{''.join(lines)}endmodule\n"
    )
    cells = pyosys.run(folder, name, [f"{name}.sv"]).cells
    assert cells["CCU2C"] == sum((w + 1) // 2 for w in widths if w > 2)
    return nextpnr_ecp5.run(folder, name, [1])[0].used["TRELLIS_COMB"]
