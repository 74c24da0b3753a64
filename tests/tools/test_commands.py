"""Golden command lines and recorded logs: honest on machines without the tools."""

import json
import sys
from pathlib import Path

import pytest

from edgeflow import catalog
from edgeflow.errors import DoesNotFitError, InputError, MissingToolError, ToolError
from edgeflow.tools import _cxxrtl_parts, _process, cxxrtl, ecppack, nextpnr_ecp5, pyosys

GOLDEN = Path(__file__).parents[1] / "golden"
PYTHON = [sys.executable, "-P", "-c"]


@pytest.mark.parametrize("name", catalog.names("tools"))
def test_every_tool_says_its_name_version_and_install_line(name):
    tool = catalog.load("tools", name)
    assert tool.NAME and "install" in tool.INSTALL
    assert tool.version() is None or tool.version()


def test_yosys_script():
    assert pyosys.command("top.ys") == [*PYTHON, pyosys.WORKER, "top.ys"]
    assert pyosys.script_ecp5("top", ["ef_pkg.sv", "top.sv"]).splitlines() == [
        "read_slang --top top ef_pkg.sv top.sv",
        "hierarchy -check -top top",
        *pyosys.ADDERS,
        "synth_ecp5 -top top -json top.json",
        "tee -q -o top.stat.json stat -json -top top",
    ]
    assert "synth_ecp5 -top top -noflatten -noabc9 -dff -json" in pyosys.script_ecp5(
        "top", ["a.sv"], False, False, True
    )


def test_nextpnr_out_of_context():
    expected = (
        "--85k --package CABGA381 --speed 6 --json top.json --top top --out-of-context --freq 100 --seed 3 "
        "--report s3.report.json"
    )
    assert nextpnr_ecp5.command("top", "s3", nextpnr_ecp5.DEFAULT_TARGET, 3, 100.0)[4:] == [
        *expected.split(),
        "--timing-allow-fail",
    ]


def test_nextpnr_on_a_board():
    expected = (
        "--25k --package CABGA256 --speed 8 --json top.json --top top --lpf b.lpf --textcfg s1.config "
        "--freq 62.5 --seed 1 --report s1.report.json --timing-allow-fail"
    )
    target = nextpnr_ecp5.Target("LFE5U-25F", "CABGA256", 8)
    assert nextpnr_ecp5.command("top", "s1", target, 1, 62.5, "b.lpf") == [
        *PYTHON,
        nextpnr_ecp5.WORKER,
        *expected.split(),
    ]


def test_ecppack():
    expected = ["--compress", "--input", "top.config", "--bit", "digits.bit"]
    assert ecppack.command("top.config", "digits.bit") == [*PYTHON, ecppack.WORKER, *expected]


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
    used, available, fmax = nextpnr_ecp5.parse((GOLDEN / "nextpnr_ecp5_report.json").read_text())
    assert used["EHXPLLL"] == 1 and available["TRELLIS_COMB"] == 83640
    assert fmax == pytest.approx({"$glbnet$u_core.clk_i": 139.04}, abs=0.01)


def test_a_design_without_a_clock_has_no_fmax():
    routed = nextpnr_ecp5.Routed(1, {}, {}, {}, None, Path("x.log"))
    with pytest.raises(ToolError, match="no clock found"):
        _ = routed.slowest_mhz


def test_overflow_names_the_fullest_resource():
    log = (GOLDEN / "nextpnr_ecp5_too_big.log").read_text()
    assert nextpnr_ecp5.overflow(log) == ("MULT18X18D", 200, 156)
    assert nextpnr_ecp5.overflow(log.replace("200/", "156/")) is None
    with pytest.raises(DoesNotFitError, match="200 MULT18X18D needed, 156 available, 44 too many; fold") as caught:
        nextpnr_ecp5._raise_if_too_big(GOLDEN / "nextpnr_ecp5_too_big.log", nextpnr_ecp5.DEFAULT_TARGET)
    assert caught.value.exit_code == 5


def test_a_file_without_preamble_is_no_bitstream():
    assert ecppack.parse(b"\xff\x00Part\x00" + ecppack.PREAMBLE + bytes(10)) == 21
    with pytest.raises(ToolError, match="not a bitstream"):
        ecppack.parse(b"<html>")


@pytest.mark.parametrize("name", ["", "Top", "a; exec", "a b", "../a", "-o", "a\n", "1a", "é"])
def test_names_cannot_leave_their_argument(name):
    with pytest.raises(InputError, match="rename it"):
        pyosys.script_ecp5(name, ["a.sv"])
    with pytest.raises(InputError, match="rename it"):
        pyosys.script_ecp5("top", [f"{name}.sv"])
    with pytest.raises(InputError, match="rename it"):
        ecppack.run(Path(), "top.config", name)


@pytest.mark.parametrize("tool", [pyosys, nextpnr_ecp5, ecppack])
def test_a_missing_tool_gives_the_install_line(tool, monkeypatch, tmp_path):
    monkeypatch.setattr(tool, "version", lambda: None)
    with pytest.raises(MissingToolError, match="pip install") as caught:
        tool.run(tmp_path, "top", ["a.sv"])
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
