"""Which tile belongs to whom, from cells as nextpnr writes them."""

import pytest

from edgeflow.boards._board import Die
from edgeflow.families import _family
from edgeflow.implement.floorplan import BETWEEN, FIXED, LINK, MOST, OTHERS, floorplan

UNITS = ("conv_0", "", "dense_0 to relu_0")
INSIDE = "u_linked_core.u_core.u_design."
ICE40 = _family.load("ice40")


def cell(x, y, kind="ICESTORM_LC", place="lc0"):
    return {"type": kind, "attributes": {"NEXTPNR_BEL": f"X{x}/Y{y}/{place}"}}


def test_a_tile_is_of_who_has_most_cells_there():
    cells = {
        f"{INSIDE}u_0.a_q_LC": cell(1, 0),
        f"{INSIDE}u_2.a_q_LC": cell(1, 0),  # as many: the design's order decides
        f"{INSIDE}u_2.b_q_LC": cell(2, 0),
        f"{INSIDE}u_2.c_q_LC": cell(2, 0),
        f"{INSIDE}u_0.d_q_LC": cell(2, 0),
        f"{INSIDE}data_1_LC": cell(3, 0),
        f"{INSIDE}u_1.fifo_q_LC": cell(3, 0),
        "u_linked_core.u_link.u_0.state_q_LC": cell(0, 1),
        f"{INSIDE}u_0.rom_RAM": cell(1, 1, "ICESTORM_RAM", "ram"),
        f"{INSIDE}u_2.product_MAC": cell(2, 1, "ICESTORM_DSP", "dsp"),
        "tx$sb_io": cell(3, 1, "SB_IO", "io0"),
        "not placed": {"type": "ICESTORM_LC", "attributes": {}},
    }
    plan = floorplan(cells, UNITS, ICE40, Die(columns=4, rows=2))
    assert plan.owners == ("conv_0", "dense_0 to relu_0", BETWEEN, LINK)
    assert plan.rows == (".abc", "dAB#")
    assert FIXED == "#"


@pytest.mark.parametrize(
    ("family", "place", "kinds"),
    [
        ("gw1n", "X1Y0/{}", {"LUT3": "a", "DFFSE": "a", "ALU": "a", "RAM16SDP4": "a", "pROM": "A", "MULT18X18": "A"}),
        ("ecp5", "X1/Y0/{}", {"TRELLIS_COMB": "a", "TRELLIS_FF": "a", "DP16KD": "A", "MULT18X18D": "A", "DCCA": "#"}),
    ],
)
def test_each_family_writes_places_and_cells_its_own_way(family, place, kinds):
    for kind, letter in kinds.items():
        made = {f"{INSIDE}u_0.x": {"type": kind, "attributes": {"NEXTPNR_BEL": place.format("LUT5")}}}
        assert floorplan(made, UNITS, _family.load(family), Die(2, 1)).rows == (f".{letter}",), kind


def test_the_smallest_of_many_layers_are_one():
    units = tuple(f"layer_{i}" for i in range(12))
    cells = {f"{INSIDE}u_{i}.x{n}": cell(i, n) for i in range(12) for n in range(1 + i)}
    cells |= {"u_pll.x": cell(12, 0), f"{INSIDE}data": cell(13, 0)}
    plan = floorplan(cells, units, ICE40, Die(14, 12))
    assert plan.owners == ("layer_7", "layer_8", "layer_9", "layer_10", "layer_11", OTHERS, BETWEEN, LINK)
    assert len(plan.owners) == MOST and plan.rows[0] == "f" * 7 + "abcde" + "hg"
