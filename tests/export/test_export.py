"""Vendors' projects: Tcl that Tcl reads, constraints on ports that exist, the vendor's program run when it is there."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

sys.path.append(str(Path(__file__).parents[1] / "verify"))
sys.path.append(str(Path(__file__).parents[1] / "kernels"))
import small

from edgeflow import catalog
from edgeflow.errors import InputError, ToolError, UnknownNameError
from edgeflow.export import _handed, _tcl, _wrapper, vivado
from edgeflow.export._flow import Wish, export
from edgeflow.tools import _quartus, _vivado, verilator
from edgeflow.verify import handover
from edgeflow.verify.case import standard_case
from edgeflow.verify.simulate import simulate

HOSTILE = ["a b", "[exit 7]", "$env(HOME)", '"', "{", "}", "\\", "a;exit 7", "a\nb", "#", "", "naïve", "*?"]
RECORD = "proc unknown {args} { puts [join $args |]; return {} }\n"


@pytest.fixture
def run(tmp_path):
    handover.write(small.design(), small.network(), small.frames(), 1, tmp_path / "rtl")
    return tmp_path


@pytest.fixture(autouse=True)
def no_vendor(monkeypatch):
    """Whatever this machine has installed, no test starts it by accident."""
    for tool in (_vivado, _quartus):
        monkeypatch.setattr(tool, "found", lambda: False)


def tcl(script: str, folder: Path | None = None) -> str:
    """What the script prints; it must end well."""
    if shutil.which("tclsh"):
        argv = ["tclsh"]
    else:
        pytest.importorskip("tkinter")
        argv = [sys.executable, "-c", "import sys, tkinter; tkinter.Tcl().eval(sys.stdin.read())"]
    done = subprocess.run(argv, input=script, capture_output=True, text=True, cwd=folder, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def ports(text: str) -> set[str]:
    header = text.partition("(\n")[2].partition(");")[0]
    return set(re.findall(r"(?:input|output)\s+logic\s+(?:\[\d+:\d+\]\s+)?(\w+)", header))


def test_hostile_text_is_one_word_of_tcl():
    script = "\n".join(f"puts [list [string length {_tcl.word(text)}] [scan {_tcl.word(text)} %c]]" for text in HOSTILE)
    expected = [f"{len(text)} {ord(text[0]) if text else '{}'}" for text in HOSTILE]
    assert tcl(script).splitlines() == expected
    assert tcl(f"puts [llength [{_tcl.words(tuple(HOSTILE))}]]").split() == [str(len(HOSTILE))]


@pytest.mark.parametrize("to", ["vivado", "quartus"])
def test_every_script_is_tcl_that_runs(run, to):
    """Each command that is not Tcl's is the vendor's and is recorded; every file it reads is there."""
    folder = export(run, Wish(to, part='x"; exit 7 ;"')).folder
    scripts = [path for path in folder.iterdir() if path.suffix in (".tcl", ".xdc", ".qsf", ".sdc")]
    assert len(scripts) == 3
    for script in scripts:
        called = tcl(RECORD + script.read_text(), folder).splitlines()
        assert called, script
        for file in re.findall(r"[\w.]+\.(?:sv|hex|xdc|sdc)\b", "\n".join(called)):
            assert (folder / file).is_file(), file
        named = any(line.endswith('x"; exit 7 ;"') or '|x"; exit 7 ;"|' in line for line in called)
        assert named == (script.name in ("build.tcl", "package_ip.tcl") if to == "vivado" else script.suffix == ".qsf")


def test_vivado_constrains_and_packages_ports_that_exist(run):
    folder = export(run, Wish("vivado", clock_mhz=80)).folder
    there = ports((folder / "tiny_axis.sv").read_text())
    assert (folder / "tiny_axis.xdc").read_text() == "create_clock -name aclk -period 12.500 [get_ports aclk]\n"
    called = tcl(RECORD + (folder / "package_ip.tcl").read_text(), folder)
    named = set(re.findall(r"\b(?:[sm]_axis_t\w+|aclk|aresetn)\b", called))
    assert named == there and "m_axis_tlast" in there
    sources = re.search(r"read_verilog\|-sv\|(.*)", called)[1].split()
    assert sources == [*small.design().sources, "tiny_axis.sv"]


def test_quartus_constrains_ports_that_exist(run):
    folder = export(run, Wish("quartus", clock_mhz=80)).folder
    there = ports((folder / "tiny.sv").read_text())
    assert (folder / "tiny.sdc").read_text() == "create_clock -name clk_i -period 12.500 [get_ports clk_i]\n"
    settings = (folder / "tiny.qsf").read_text()
    assert set(re.findall(r"VIRTUAL_PIN ON -to (\w+)", settings)) == there - {"clk_i"}
    assert re.findall(r"SYSTEMVERILOG_FILE (\S+)", settings) == list(small.design().sources)
    assert there == _handed.PORTS


def test_fusesoc_core_is_yaml_with_every_file(run):
    folder = export(run, Wish("fusesoc")).folder
    text = (folder / "tiny.core").read_text()
    assert text.startswith("CAPI=2:\n")
    core = YAML(typ="safe").load(text.partition("\n")[2])
    files = core["filesets"]["rtl"]["files"]
    named = [next(iter(file)) if isinstance(file, dict) else file for file in files]
    assert named == [*small.design().sources, *sorted(small.design().memories)]
    assert all((folder / name).is_file() for name in named)
    assert (core["name"], core["targets"]["default"]["toplevel"]) == ("::tiny:0", "tiny")


@pytest.mark.tools
def test_the_axi_wrapper_carries_every_frame(tmp_path, store, run):
    """Behind an adapter that spoils the output where TLAST is not at the frame's last beat."""
    design, handed = small.design(), _handed.read(run)
    adapter = ADAPTER.format(
        in_bits=handed.in_bits, out_bits=handed.out_bits, in_bytes=-(-handed.in_bits // 8), beats=handed.out_beats
    )
    added = {"tiny_axis.sv": _wrapper.wrapper(handed), "adapter.sv": adapter}
    (tmp_path / "lint").mkdir()
    design.write_sources(tmp_path / "lint")
    (tmp_path / "lint" / "tiny_axis.sv").write_text(added["tiny_axis.sv"])
    assert verilator.lint(tmp_path / "lint", [*design.sources, "tiny_axis.sv"], "tiny_axis") == []
    wrapped = replace(design, top="adapter", sources=design.sources | added)
    x, y = small.frames(), small.network().run(small.frames())
    result = simulate(wrapped, x, y, standard_case(wrapped, len(x), 3), store)
    assert np.array_equal(result.outputs, y)


ADAPTER = """
module adapter (
  input  logic clk_i, rst_ni,
  input  logic [{in_bits}-1:0] s_axis_tdata, input logic s_axis_tvalid, output logic s_axis_tready,
  output logic [{out_bits}-1:0] m_axis_tdata, output logic m_axis_tvalid, input logic m_axis_tready
);
  logic [8*{in_bytes}-1:0] x;
  logic [((({out_bits}+7)/8)*8)-1:0] y;
  logic last;
  int unsigned count_q;
  assign x = {{'1, s_axis_tdata}};
  assign m_axis_tdata = y[{out_bits}-1:0] ^ {{{out_bits}{{last != (count_q == {beats} - 1)}}}};
  always_ff @(posedge clk_i) begin
    if (!rst_ni) count_q <= 0;
    else if (m_axis_tvalid && m_axis_tready) count_q <= count_q == {beats} - 1 ? 0 : count_q + 1;
  end
  tiny_axis u_tiny (
    .aclk(clk_i), .aresetn(rst_ni),
    .s_axis_tdata(x), .s_axis_tvalid, .s_axis_tready,
    .m_axis_tdata(y), .m_axis_tvalid, .m_axis_tready, .m_axis_tlast(last)
  );
endmodule
"""


def fake(folder: Path, name: str, lines: str, monkeypatch) -> None:
    """A program on PATH that notes its arguments."""
    folder.mkdir()
    (folder / name).write_text(f'#!/bin/sh\necho "$@" > arguments.txt\n{lines}\n')
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


RESULTS = "luts 120\\nffs 88\\nbrams 2\\ndsps 0\\nslack_ns -0.25\\n"
# Not recorded, for no Quartus was at hand: after the layout of its summaries.
FIT = "Logic utilization (in ALMs) : 1,234 / 32,070 ( 4 % )\\nTotal registers : 567\\n"
FIT += "Total block memory bits : 8,192 / 4,065,280 ( < 1 % )\\nTotal DSP Blocks : 3 / 87 ( 3 % )\\n"
STA = "Type  : Slow 1100mV 85C Model Setup 'clk_i'\\nSlack : 1.5\\nTNS   : 0.0\\n\\n"
STA += "Type  : Slow 1100mV 0C Model Setup 'clk_i'\\nSlack : 1.25\\n\\n"
STA += "Type  : Fast 1100mV 0C Model Hold 'clk_i'\\nSlack : 0.1\\n"


def test_vivado_on_path_is_run(run, tmp_path, monkeypatch):
    fake(tmp_path / "bin", "vivado", f"printf '%b' '{RESULTS}' > results.txt", monkeypatch)
    monkeypatch.setattr(_vivado, "found", lambda: shutil.which("vivado") is not None)
    done = export(run, Wish("vivado"))
    assert done.results == {"luts": 120, "ffs": 88, "brams": 2, "dsps": 0, "slack_ns": -0.25}
    said = (done.folder / "arguments.txt").read_text().split()
    assert said == ["-mode", "batch", "-nojournal", "-log", "vivado_session.log", "-source", "build.tcl"]
    assert export(run, Wish("vivado", run=False)).results is None


def test_quartus_on_path_is_run(run, tmp_path, monkeypatch):
    lines = f"mkdir output_files; printf '%b' '{FIT}' > output_files/tiny.fit.summary"
    sta = STA.replace("'", "'\\''")
    fake(tmp_path / "bin", "quartus_sh", f"{lines}; printf '%b' '{sta}' > output_files/tiny.sta.summary", monkeypatch)
    monkeypatch.setattr(_quartus, "found", lambda: shutil.which("quartus_sh") is not None)
    done = export(run, Wish("quartus"))
    assert done.results == {"alms": 1234, "ffs": 567, "bram_bits": 8192, "dsps": 3, "slack_ns": 1.25}
    assert (done.folder / "arguments.txt").read_text().split() == ["-t", "build.tcl"]


def test_a_vendor_that_fails_is_an_error(run, tmp_path, monkeypatch):
    fake(tmp_path / "bin", "vivado", "echo no licence; exit 1", monkeypatch)
    monkeypatch.setattr(_vivado, "found", lambda: True)
    with pytest.raises(ToolError, match=r"(?s)vivado: exit code 1; log: .*no licence"):
        export(run, Wish("vivado"))
    with pytest.raises(ToolError, match=r"say no alms, ffs, bram_bits, dsps, slack_ns"):
        _quartus.parse("", "")
    with pytest.raises(ToolError, match="not names with numbers"):
        _vivado.parse("luts\n")


def test_what_cannot_be_exported_is_named(run, tmp_path):
    assert catalog.names("export") == ["fusesoc", "quartus", "vivado"]
    with pytest.raises(UnknownNameError, match='did you mean "vivado"'):
        export(run, Wish("vivaldo"))
    with pytest.raises(InputError, match=r"holds no rtl/design.mk; make it with edgeflow generate"):
        export(tmp_path / "nothing", Wish("vivado"))
    with pytest.raises(InputError, match="clock_mhz = 0"):
        export(run, Wish("vivado", clock_mhz=0))
    makefile = run / "rtl" / "design.mk"
    makefile.write_text(makefile.read_text().replace("TOP = tiny", "TOP = ../tiny"))
    with pytest.raises(InputError, match=r"no design file '../tiny.sv'"):
        export(run, Wish("vivado"))
    assert vivado.PART
