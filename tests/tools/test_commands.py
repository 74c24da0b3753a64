"""Golden command lines and recorded logs: honest on machines without the tools."""

import json
import sys
from pathlib import Path

import pytest

from edgeflow import catalog
from edgeflow.errors import DoesNotFitError, InputError, MissingToolError, ToolError
from edgeflow.families import _family
from edgeflow.tools import (
    _cxxrtl_parts,
    _nextpnr,
    _process,
    cxxrtl,
    ecppack,
    gowin_pack,
    icepack,
    nextpnr_ecp5,
    nextpnr_gowin,
    nextpnr_ice40,
    pyosys,
)
from edgeflow.tools._nextpnr import Target

GOLDEN = Path(__file__).parents[1] / "golden"
PYTHON = [sys.executable, "-P", "-c"]


@pytest.mark.parametrize("name", catalog.names("tools"))
def test_every_tool_says_its_name_version_and_install_line(name):
    tool = catalog.load("tools", name)
    assert tool.NAME and "install" in tool.INSTALL
    assert tool.version() is None or tool.version()


def test_yosys_script():
    assert pyosys.command("top.ys") == [*PYTHON, pyosys.WORKER, "top.ys"]
    assert pyosys.script("top", ["ef_pkg.sv", "top.sv"]).splitlines() == [
        "read_slang --top top ef_pkg.sv top.sv",
        "hierarchy -check -top top",
        *pyosys.ADDERS,
        "synth_ecp5 -top top -json top.json",
        "tee -q -o top.stat.json stat -json -top top",
    ]


@pytest.mark.parametrize(
    ("family", "line"),
    [
        ("ice40", "synth_ice40 -device u -dsp -spram -top top -json top.json"),
        ("gw1n", "synth_gowin -family gw1n -top top -json top.json"),
        ("gw2a", "synth_gowin -family gw2a -top top -json top.json"),
    ],
)
def test_yosys_script_of_a_family(family, line):
    assert pyosys.script("top", ["top.sv"], _family.load(family).technology).splitlines()[2:-1] == [line]


def test_nextpnr_out_of_context():
    expected = (
        "--85k --package CABGA381 --speed 6 --out-of-context --json top.json --top top --freq 100 --seed 3 "
        "--report s3.report.json"
    )
    assert nextpnr_ecp5.command("top", "s3", nextpnr_ecp5.DEFAULT_TARGET, 3, 100.0)[4:] == [
        *expected.split(),
        "--timing-allow-fail",
    ]


@pytest.mark.parametrize(
    ("tool", "target", "constraints", "device"),
    [
        (
            nextpnr_ecp5,
            Target("LFE5U-25F", "CABGA256", 8),
            "b.lpf",
            "--25k --package CABGA256 --speed 8 --lpf b.lpf --textcfg s1.config --write s1.routed.json",
        ),
        (
            nextpnr_ice40,
            Target("iCE40UP5K", "sg48"),
            "b.pcf",
            "--up5k --package sg48 --pcf b.pcf --asc s1.asc --write s1.routed.json",
        ),
        (
            nextpnr_gowin,
            Target("GW1NR-LV9QN88PC6/I5"),
            "b.cst",
            "--device GW1NR-LV9QN88PC6/I5 --vopt family=GW1N-9C --vopt cst=b.cst --write s1.routed.json",
        ),
    ],
)
def test_nextpnr_on_a_board(tool, target, constraints, device):
    common = "--json top.json --top top --freq 62.5 --seed 1 --report s1.report.json --timing-allow-fail"
    assert tool.command("top", "s1", target, 1, 62.5, constraints) == [
        *PYTHON,
        tool.WORKER,
        *device.split(),
        *common.split(),
    ]


def test_gowin_packs_a_netlist_without_ends():
    cells = {"in": {"type": "IBUF"}, "add": {"type": "ALU"}, "out": {"type": "OBUF"}}
    text = json.dumps({"modules": {"top": {"ports": {"a": {}}, "cells": cells}}})
    module = json.loads(nextpnr_gowin.without_ports(text, "top"))["modules"]["top"]
    assert module == {"ports": {}, "cells": {"add": {"type": "ALU"}}}


def test_gowin_routes_to_the_cells_that_were_placed_less_what_was_kept_free():
    placed = {"LUT4": 464, "ALU": 140, "DFF": 278, "RAM16SDP4": 16, "MUX2_LUT5": 21}  # with --no-route
    assert nextpnr_gowin.routed(placed) == placed | {"LUT4": 260, "DFF": 182}


def test_ecppack():
    expected = ["--compress", "--input", "top.config", "--bit", "digits.bit"]
    assert ecppack.command("top.config", "digits.bit") == [*PYTHON, ecppack.WORKER, *expected]


def test_icepack():
    assert icepack.command("top.asc", "digits.bin") == [*PYTHON, icepack.WORKER, "top.asc", "digits.bin"]


def test_gowin_pack():
    expected = ["--device", "GW1N-9C", "--compress", "--output", "digits.fs", "top.routed.json"]
    assert gowin_pack.command("top.routed.json", "GW1N-9C", "digits.fs") == [*PYTHON, gowin_pack.WORKER, *expected]
    settings = {"modules": {"top": {"settings": {"packer.chipdb": "GW1N-9C"}}}}
    assert gowin_pack.die(json.dumps(settings)) == "GW1N-9C"


def test_stat_is_read():
    assert pyosys.parse((GOLDEN / "pyosys_stat.json").read_text()) == {
        "CCU2C": 9,
        "L6MUX21": 5,
        "LUT4": 38,
        "PFUMX": 10,
        "TRELLIS_FF": 26,
    }
    assert pyosys.parse(json.dumps({"design": {}})) == {}


def test_report_is_read():
    used, available, fmax = _nextpnr.parse((GOLDEN / "nextpnr_ecp5_report.json").read_text())
    assert used["EHXPLLL"] == 1 and available["TRELLIS_COMB"] == 83640
    assert fmax == pytest.approx({"$glbnet$u_core.clk_i": 139.04}, abs=0.01)


def test_a_design_without_a_clock_has_no_fmax():
    routed = _nextpnr.Routed(1, {}, {}, {}, None, None, Path("x.log"))
    with pytest.raises(ToolError, match="no clock found"):
        _ = routed.slowest_mhz


def test_overflow_names_the_fullest_resource():
    log = (GOLDEN / "nextpnr_ecp5_too_big.log").read_text()
    assert _nextpnr.overflow(log) == ("MULT18X18D", 200, 156)
    assert _nextpnr.overflow(log.replace("200/", "156/")) is None
    with pytest.raises(DoesNotFitError, match="200 MULT18X18D needed, 156 available, 44 too many; fold") as caught:
        _nextpnr.raise_if_too_big(GOLDEN / "nextpnr_ecp5_too_big.log", "LFE5U-85F")
    assert caught.value.exit_code == 5


def test_a_file_without_preamble_is_no_bitstream():
    assert ecppack.parse(b"\xff\x00Part\x00" + ecppack.PREAMBLE + bytes(10)) == 21
    assert icepack.parse(b"\xff\x00\x00\xff" + icepack.PREAMBLE) == 8
    assert gowin_pack.parse("//comment\n11110000\n0000000011111111\n") == 3
    for packer, text in ((ecppack, b"<html>"), (icepack, b"<html>"), (gowin_pack, "<html>"), (gowin_pack, "//\n")):
        with pytest.raises(ToolError, match="not a bitstream"):
            packer.parse(text)


@pytest.mark.parametrize("name", ["", "Top", "a; exec", "a b", "../a", "-o", "a\n", "1a", "é"])
def test_names_cannot_leave_their_argument(name):
    with pytest.raises(InputError, match="rename it"):
        pyosys.script(name, ["a.sv"])
    with pytest.raises(InputError, match="rename it"):
        pyosys.script("top", [f"{name}.sv"])
    with pytest.raises(InputError, match="rename it"):
        ecppack.run(Path(), "top.config", name)


@pytest.mark.parametrize(
    ("tool", "rest"),
    [
        (pyosys, [["a.sv"]]),
        (nextpnr_ecp5, [[1]]),
        (nextpnr_ice40, [[1], Target("iCE40UP5K", "sg48"), 24.0, "b.pcf"]),
        (nextpnr_gowin, [[1], Target("GW1NR-LV9QN88PC6/I5"), 27.0, "b.cst"]),
        (ecppack, ["name"]),
        (icepack, ["name"]),
        (gowin_pack, ["name"]),
    ],
)
def test_a_missing_tool_gives_the_install_line(tool, rest, monkeypatch, tmp_path):
    monkeypatch.setattr(tool, "version", lambda: None)
    with pytest.raises(MissingToolError, match="pip install") as caught:
        tool.run(tmp_path, "top", *rest)
    assert caught.value.exit_code == 3
    assert _process.distribution_version("no-such-package-here") is None


def test_cxxrtl_reads_the_netlist_and_its_cells():
    lines = cxxrtl.script("top").splitlines()
    assert lines[0] == "read_json netlist.json"
    assert "read_verilog -overwrite ecp5_dp16kd.v ecp5_mult18x18d.v" in lines
    assert lines.index("hierarchy -check -top top") < lines.index("flatten -noscopeinfo @cells")
    assert lines[-1].startswith("write_cxxrtl") and lines[-1].endswith("-header model.cc")
    assert cxxrtl.command("netlist.ys") == pyosys.command("netlist.ys")


def test_cxxrtl_gets_the_top_alone_without_outputs_that_float():
    cell = {"port_directions": {"CIN": "input", "COUT": "output"}, "connections": {"CIN": ["x"], "COUT": ["x"]}}
    text = json.dumps({"modules": {"top": {"cells": {"add": cell}}, "CCU2C": {}}})
    modules = json.loads(cxxrtl.netlist(text, "top"))["modules"]
    assert list(modules) == ["top"]
    assert modules["top"]["cells"]["add"]["connections"] == {"CIN": ["x"]}


def test_cxxrtl_class_is_found():
    assert cxxrtl.parse("namespace x {\nstruct p_top : public module {") == "p_top"


def test_bits_become_bools_and_what_is_wider_stays():
    bits = _cxxrtl_parts._Bits({"p_a": 0, "p_b": 1}, {"p_r": 0})
    assert bits.said("\tp_a = xor_uu<1>(p_b, p_r.curr);") == "\tbits[0] = differ(bits[1], now[0]);"
    assert bits.said("\t\tp_r.next = (p_a ? p_port : not_u<1>(value<1>{0u}));") == (
        "\t\tnext[0] = (bits[0] ? p_port.data[0] : !(false));"
    )
    assert (
        bits.said("\tp_wide = p_a.concat(p_b).val();")
        == "\tp_wide = value<1>{bits[0]}.concat(value<1>{bits[1]}).val();"
    )
