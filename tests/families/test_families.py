"""Each family by its own cells: multipliers for wide products, block memories for weights, and what they count as."""

import json

import numpy as np
import pytest

from edgeflow import catalog
from edgeflow.boards import _board
from edgeflow.errors import DoesNotFitError, UnknownNameError
from edgeflow.families import _family
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.dense import Dense
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.generate import generate
from edgeflow.tools import nextpnr_gowin, pyosys

FAMILIES = catalog.names("families")


def test_every_family_has_a_board():
    assert {_board.load(name).family for name in catalog.names("boards")} == set(FAMILIES)
    with pytest.raises(UnknownNameError, match='families: no "ice4"; did you mean "ice40"'):
        _family.load("ice4")


@pytest.mark.parametrize("name", FAMILIES)
def test_resources_have_the_names_of_a_budget(name):
    family = _family.load(name)
    assert set(family.needs({})) == {"luts", "ffs", "brams", "dsps"}
    assert set(family.takes({}, {})) == {"luts", "ffs", "brams", "dsps", "carries"}
    assert set(family.takes({}, {}).values()) == {0}


def test_cells_are_counted_by_pattern_and_weight_and_as_packed_where_both_know_them():
    gowin = _family.load("gw1n")
    assert gowin.needs({"LUT1": 1, "LUT4": 2, "LUT5": 50, "ALU": 4, "RAM16SDP4": 2, "DFFRE": 7, "DFF": 1}) == {
        "luts": 1 + 2 + 4 + 2 * 8,
        "ffs": 8,
        "brams": 0,
        "dsps": 0,
    }
    assert gowin.takes({"LUT4": 9, "ALU": 2, "RAM16SDP4": 1, "MULT18X18": 2}, {"LUT4": 3})["luts"] == 9 + 2 + 4
    assert gowin.takes({"MULT18X18": 2, "MULT9X9": 1}, {})["dsps"] == 5


def lone_flip_flops(ffs: int, luts: int) -> str:
    """A netlist as Yosys writes it: a row of flip-flops, and LUTs that look at them."""
    clk, zero = 2, 3
    cells = {f"q{i}": cell("DFF", D=zero + i, CLK=clk, Q=zero + i + 1) for i in range(ffs)}
    looked = [[zero + 1 + (i + k) % ffs for k in range(4)] for i in range(luts)]
    for i, (a, b, c, d) in enumerate(looked):
        cells[f"f{i}"] = cell("LUT4", I0=a, I1=b, I2=c, I3=d, F=zero + ffs + 1 + i)
        cells[f"f{i}"]["parameters"] = {"INIT": "0110100110010110"}
    ports = {"clk_i": {"direction": "input", "bits": [clk]}}
    return json.dumps({"modules": {"lone": {"ports": ports, "cells": cells, "netnames": {}}}})


def cell(kind: str, **pins: int) -> dict:
    directions = {pin: "output" if pin in ("Q", "F") else "input" for pin in pins}
    wired = {pin: [bit] for pin, bit in pins.items()}
    return {"type": kind, "parameters": {}, "attributes": {}, "port_directions": directions, "connections": wired}


@pytest.mark.tools
def test_flip_flops_that_no_lut_feeds_take_places_of_luts_on_gowin(tmp_path):
    """6,000 of 8,640 LUTs packed; nextpnr would seek places for ever for what 4,500 flip-flops pass through."""
    netlist = tmp_path / "lone.json"
    netlist.write_text(lone_flip_flops(ffs=4500, luts=6000))
    assert nextpnr_gowin.passing(netlist.read_text(), "lone") == 4500
    with pytest.raises(DoesNotFitError, match="GW1NR-LV9QN88PC6/I5: 10500 LUT4 needed, 8640 available, 1860 too many"):
        nextpnr_gowin.pack(tmp_path, "lone", _family.target(_board.load("tangnano9k")))
    netlist.write_text(lone_flip_flops(ffs=40, luts=20))
    assert nextpnr_gowin.pack(tmp_path, "lone", _family.target(_board.load("tangnano9k")))["LUT4"] >= 60


@pytest.mark.tools
@pytest.mark.parametrize(("name", "multiplier"), [("ice40", "SB_MAC16"), ("gw1n", "MULT9X9")])
def test_wide_products_take_multipliers_and_weights_block_memory(tmp_path, name, multiplier):
    rng, fold = np.random.default_rng(1), Fold(2, 2)
    dense = Dense(rng.integers(-128, 128, (32, 8)), rng.integers(-99, 99, 8), Fixed(8), Fixed(8))
    family = _family.load(name)
    design = generate(Network("wide", (Layer("dense", dense),)), {"dense": fold}, 24.0, family.delays)
    sources = [path.name for path in design.write_sources(tmp_path)]
    cells = pyosys.run(tmp_path, design.top, sources, family.technology).cells
    assert cells[multiplier] == fold.pe * fold.simd == family.needs(cells)["dsps"]
    assert family.needs(cells)["brams"] > 0
