"""Design to bitstream with the real tools, and what does not fit."""

from dataclasses import replace

import dummy_design
import pytest

from edgeflow.boards import _board
from edgeflow.errors import DoesNotFitError, ToolError
from edgeflow.implement import Implementation, implement, implement_core
from edgeflow.implement.flow import check_budget
from edgeflow.rtl.design import Design
from edgeflow.tools import nextpnr_ecp5, pyosys

BOARD = _board.load("ulx3s")
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
        "synthesize dummy_core",
        "place and route, 2 seeds",
        "pack dummy.bit",
    ]
    done.save(tmp_path / "kept")
    kept = Implementation.load(tmp_path / "kept")
    assert kept == replace(done, bitstream=tmp_path / "kept" / "dummy.bit")
    assert kept.bitstream.read_bytes() == done.bitstream.read_bytes()


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
        check_budget("ulx3s", BOARD.budget, cells)


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
    check_budget("ulx3s", BOARD.budget, {"LUT4": 83640})
    with pytest.raises(DoesNotFitError, match="83642 luts needed, 83640 available, 2 too many"):
        check_budget("ulx3s", BOARD.budget, {"LUT4": 83636, "CCU2C": 1, "TRELLIS_DPR16X4": 1})
