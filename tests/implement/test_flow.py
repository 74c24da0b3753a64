"""Design to bitstream with the real tools, and what does not fit."""

import json
import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import dummy_design
import pytest

from edgeflow.boards import _board
from edgeflow.errors import DoesNotFitError, ToolError
from edgeflow.families import _family
from edgeflow.implement import Implementation, implement, implement_core
from edgeflow.implement.floorplan import BETWEEN, LINK
from edgeflow.implement.flow import check_budget
from edgeflow.rtl.design import Design
from edgeflow.tools import nextpnr_ecp5, pyosys

BOARD = _board.load("ulx3s")
ECP5 = _family.load("ecp5")
MULTIPLIERS = """
module many_products (input logic clk_i, input logic [15:0] a_i, b_i, output logic [31:0] y_o);
  logic [15:0] a_q [161];
  logic [31:0] y_q [161];
  assign a_q[0] = a_i;
  assign y_q[0] = '0;
  assign y_o = y_q[160];
  for (genvar i = 0; i < 160; i++) begin : gen_product
    always_ff @(posedge clk_i) begin
      a_q[i+1] <= a_q[i];
      y_q[i+1] <= y_q[i] + 32'(a_q[i]) * 32'(b_i);
    end
  end
endmodule
"""


@pytest.mark.tools
def test_a_design_becomes_a_bitstream(tmp_path, store):
    said = []
    done = implement(dummy_design.design(), BOARD, 100, [1, 2], tmp_path / "build", "dummy", store, said.append).board
    assert done.bitstream == tmp_path / "build" / "dummy.bit"
    assert done.bitstream_bytes == done.bitstream.stat().st_size > 100_000
    assert (done.board, done.device, done.clock_mhz, done.brams, done.dsps) == ("ulx3s", "LFE5U-85F", 100.0, 0, 0)
    assert (
        done.timing_met
        and done.fmax_mhz == max(done.fmax_mhz_by_seed.values())
        and set(done.fmax_mhz_by_seed) == {1, 2}
    )
    assert 400 < done.luts < 900 and 400 < done.ffs < 700  # nearly all of it is the link
    assert said == [
        "synthesize ulx3s_top",
        "place and route, 2 seeds",
        "pack dummy",
    ]
    done.save(tmp_path / "kept")
    slowest, fastest = sorted(done.fmax_mhz_by_seed, key=done.fmax_mhz_by_seed.get)
    assert done.seed == fastest and done.fmax_spread_mhz == done.fmax_mhz - done.fmax_mhz_by_seed[slowest] > 0
    (tmp_path / "again").mkdir()
    best = shutil.copy(tmp_path / "build" / f"ulx3s_top.seed{fastest}.config", tmp_path / "again")
    again = ECP5.packer.run(tmp_path / "again", Path(best).name, "dummy")
    assert again.read_bytes() == done.bitstream.read_bytes(), "the bitstream is the fastest seed's"
    kept = Implementation.load(tmp_path / "kept")
    assert kept == replace(done, bitstream=tmp_path / "kept" / "dummy.bit")
    assert kept.bitstream.read_bytes() == done.bitstream.read_bytes()


# What bounds each resource of a board's budget, in nextpnr's report.
BOUNDS = {
    "ecp5": {"luts": "TRELLIS_COMB", "ffs": "TRELLIS_FF", "brams": "DP16KD", "dsps": "MULT18X18D"},
    "ice40": {"luts": "ICESTORM_LC", "ffs": "ICESTORM_LC", "brams": "ICESTORM_RAM", "dsps": "ICESTORM_DSP"},
    "gw1n": {"luts": "LUT4", "ffs": "DFF", "brams": "BSRAM", "dsps": "MULT9X9"},
    "gw2a": {"luts": "LUT4", "ffs": "DFF", "brams": "BSRAM", "dsps": "MULT9X9"},
}
PLACES = {
    "ecp5": {"EHXPLLL": 1, "TRELLIS_IO": 13},
    "ice40": {"ICESTORM_PLL": 1, "SB_IO": 11},
    "gw1n": {"rPLL": 1, "IOB": 10},
    "gw2a": {"rPLL": 1, "IOB": 10},
}


@pytest.mark.tools
@pytest.mark.parametrize(
    ("name", "clock_mhz", "luts", "carries", "identity"),
    [
        ("ulx3s_12f", 100.0, 696, 106, "e200000021111043"),
        pytest.param("ulx3s_25f", 100.0, 696, 106, "e200000041111043", marks=pytest.mark.slow),
        pytest.param("ulx3s_45f", 100.0, 696, 106, "e200000041112043", marks=pytest.mark.slow),
        ("icebreaker", 24.0, 959, 159, "7eaa997e"),
        ("tangnano9k", 54.0, 1149, 224, None),
        pytest.param("tangnano20k", 54.0, 1101, 224, None, marks=pytest.mark.slow),
    ],
)
def test_every_board_gets_a_bitstream(tmp_path, store, name, clock_mhz, luts, carries, identity):
    """Cells of the dummy core and the link are exact, read back from nextpnr; pins, PLL and budget are the device's."""
    board = _board.load(name)
    made = implement(dummy_design.design(), board, clock_mhz, [1], tmp_path, "dummy", store).board
    assert (made.board, made.device, made.clock_mhz) == (name, board.device, clock_mhz)
    assert made.timing_met
    assert (made.luts, made.carries, made.brams, made.dsps) == (luts, carries, 0, 0)
    report = json.loads((tmp_path / f"{board.top}.seed1.report.json").read_text())["utilization"]
    read_back = {key: report[cell]["used"] for key, cell in BOUNDS[board.family].items()}
    if board.family == "ice40":  # whose logic cells hold the flip-flops
        del read_back["ffs"]
        assert 0 < made.ffs < made.luts
    elif board.name.startswith("tangnano"):  # whose carries and memories take the places of LUTs
        read_back["luts"] += report["ALU"]["used"] + 4 * report["RAM16SDP4"]["used"]
    assert read_back == {key: getattr(made, key) for key in read_back}
    assert {key: report[cell]["available"] for key, cell in BOUNDS[board.family].items()} == asdict(board.budget)
    check_floorplan(made.floorplan, board, tmp_path)
    assert {cell: report[cell]["used"] for cell in PLACES[board.family]} == PLACES[board.family]
    if identity:
        assert bytes.fromhex(identity) in made.bitstream.read_bytes()[:1000]


def check_floorplan(plan, board, folder):
    """As large as the die, and filled where nextpnr placed something."""
    assert plan.owners == (BETWEEN, LINK)
    assert {len(row) for row in plan.rows} == {board.die.columns} and len(plan.rows) == board.die.rows
    cells = json.loads((folder / f"{board.top}.seed1.routed.json").read_text())["modules"]["top"]["cells"]
    places = [re.match(r"X(\d+)/?Y(\d+)/", cell["attributes"]["NEXTPNR_BEL"]).groups() for cell in cells.values()]
    filled = {(x, y) for y, row in enumerate(plan.rows) for x, letter in enumerate(row) if letter != "."}
    assert filled == {(int(x), int(y)) for x, y in places}


@pytest.mark.tools
def test_a_missed_clock_is_a_result(tmp_path):
    done = implement_core(dummy_design.design(), [1], tmp_path, clock_mhz=400)
    assert not done.timing_met and 100 < done.fmax_mhz < 400
    assert done.bitstream is None and done.board is None
    done.save(tmp_path)
    assert Implementation.load(tmp_path) == done


@pytest.mark.tools
def test_nextpnr_says_what_does_not_fit(tmp_path):
    (tmp_path / "many_products.sv").write_text(MULTIPLIERS)
    cells = pyosys.run(tmp_path, "many_products", ["many_products.sv"]).cells
    assert cells["MULT18X18D"] == 160
    with pytest.raises(DoesNotFitError, match="160 MULT18X18D needed, 156 available, 4 too many"):
        nextpnr_ecp5.run(tmp_path, "many_products", [1])
    with pytest.raises(DoesNotFitError, match=r"boards.ulx3s: 160 dsps needed, 156 available, 4 too many"):
        check_budget("ulx3s", BOARD.budget, ECP5.needs(cells))


@pytest.mark.tools
def test_broken_sources_end_with_the_reason(tmp_path):
    broken: Design = replace(
        dummy_design.design(), sources={"dummy_core.sv": "module dummy_core; wire x = y; endmodule"}
    )
    with pytest.raises(
        ToolError, match=r"(?s)yosys: exit code 1; log: .*dummy_core.yosys.log.*undeclared identifier 'y'"
    ):
        implement_core(broken, [1], tmp_path)


def test_luts_are_counted_with_carries_and_memories():
    check_budget("ulx3s", BOARD.budget, ECP5.needs({"LUT4": 83640}))
    with pytest.raises(DoesNotFitError, match="83642 luts needed, 83640 available, 2 too many"):
        check_budget("ulx3s", BOARD.budget, ECP5.needs({"LUT4": 83636, "CCU2C": 1, "TRELLIS_DPR16X4": 1}))
