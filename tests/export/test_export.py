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
sys.path.append(str(Path(__file__).parents[1] / "report"))
import report_values as values
import small

from edgeflow import catalog, cli
from edgeflow.errors import InputError, ToolError, UnknownNameError
from edgeflow.export import _handed, _tcl, _wrapper, vivado
from edgeflow.export._flow import Wish, export
from edgeflow.report import files
from edgeflow.report.kinds import kind_of
from edgeflow.report.report import compile_report
from edgeflow.report.sections import page
from edgeflow.tools import _quartus, _vitis, _vivado, verilator
from edgeflow.tools._vendor import Found
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
    for tool in (_vivado, _vitis, _quartus):
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


RESULTS = "version 2023.2\\nluts 120\\nffs 88\\nbrams 2\\ndsps 0\\nslack_ns -0.25\\n"
# Not recorded, for no Quartus was at hand: after the layout of its summaries.
FIT = "Quartus Prime Version : 20.1.1 Build 720\\n"
FIT += "Logic utilization (in ALMs) : 1,234 / 32,070 ( 4 % )\\nTotal registers : 567\\n"
FIT += "Total block memory bits : 8,192 / 4,065,280 ( < 1 % )\\nTotal DSP Blocks : 3 / 87 ( 3 % )\\n"
STA = "Type  : Slow 1100mV 85C Model Setup 'clk_i'\\nSlack : 1.5\\nTNS   : 0.0\\n\\n"
STA += "Type  : Slow 1100mV 0C Model Setup 'clk_i'\\nSlack : 1.25\\n\\n"
STA += "Type  : Fast 1100mV 0C Model Hold 'clk_i'\\nSlack : 0.1\\n"


def test_vivado_on_path_is_run(run, tmp_path, monkeypatch):
    fake(tmp_path / "bin", "vivado", f"printf '%b' '{RESULTS}' > results.txt", monkeypatch)
    monkeypatch.setattr(_vivado, "found", lambda: shutil.which("vivado") is not None)
    done = export(run, Wish("vivado"))
    assert done.results == Found("2023.2", {"luts": 120, "ffs": 88, "brams": 2, "dsps": 0, "slack_ns": -0.25})
    said = (done.folder / "arguments.txt").read_text().split()
    assert said == ["-mode", "batch", "-nojournal", "-log", "vivado_session.log", "-source", "build.tcl"]
    assert export(run, Wish("vivado", run=False)).results is None


def test_quartus_on_path_is_run(run, tmp_path, monkeypatch):
    lines = f"mkdir output_files; printf '%b' '{FIT}' > output_files/tiny.fit.summary"
    sta = STA.replace("'", "'\\''")
    fake(tmp_path / "bin", "quartus_sh", f"{lines}; printf '%b' '{sta}' > output_files/tiny.sta.summary", monkeypatch)
    monkeypatch.setattr(_quartus, "found", lambda: shutil.which("quartus_sh") is not None)
    done = export(run, Wish("quartus"))
    figures = {"alms": 1234, "ffs": 567, "bram_bits": 8192, "dsps": 3, "slack_ns": 1.25}
    assert done.results == Found("20.1.1 Build 720", figures)
    assert (done.folder / "arguments.txt").read_text().split() == ["-t", "build.tcl"]


CSYNTH = """<profile>
<ReportVersion><Version>2023.2</Version></ReportVersion>
<PerformanceEstimates>
 <SummaryOfTimingAnalysis><EstimatedClockPeriod>3.65</EstimatedClockPeriod></SummaryOfTimingAnalysis>
 <SummaryOfOverallLatency>
  <Best-caseLatency>7</Best-caseLatency><Worst-caseLatency>8</Worst-caseLatency>
  <Interval-min>1</Interval-min><Interval-max>1</Interval-max>
 </SummaryOfOverallLatency>
</PerformanceEstimates>
<AreaEstimates><Resources>
 <BRAM_18K>0</BRAM_18K><DSP>4</DSP><FF>2100</FF><LUT>9000</LUT><URAM>0</URAM>
</Resources></AreaEstimates>
</profile>"""


@pytest.fixture
def converted(run):
    """A run with an hls4ml project, as far as its names go."""
    for name in ("tiny.cpp", "tiny.h", "nnet_utils/nnet_dense.h", "weights/w2.h"):
        (run / "firmware" / "firmware" / name).parent.mkdir(parents=True, exist_ok=True)
        (run / "firmware" / "firmware" / name).write_text("//\n")
    return run


@pytest.mark.parametrize(("name", "said"), [("vitis-run", "--mode hls --tcl build.tcl"), ("vitis_hls", "-f build.tcl")])
def test_vitis_on_path_is_run_on_the_hls_project(converted, tmp_path, monkeypatch, name, said):
    lines = f"mkdir -p hls/syn; cat > hls/syn/csynth.xml <<'END'\n{CSYNTH}\nEND"
    fake(tmp_path / "bin", name, lines, monkeypatch)
    monkeypatch.setattr(_vitis, "found", lambda: shutil.which(name) is not None)
    done = export(converted, Wish("vitis", part="a part"))
    assert done.results.version == "2023.2"
    assert done.results.figures == {
        "luts": 9000,
        "ffs": 2100,
        "brams_18k": 0,
        "dsps": 4,
        "latency_cycles": 8,
        "interval_cycles": 1,
        "period_ns": 3.65,
    }
    assert (done.folder / "arguments.txt").read_text().strip() == said
    called = tcl(RECORD + (done.folder / "build.tcl").read_text().replace("\nexit", ""), done.folder).splitlines()
    assert "set_part|a part" in called and "create_clock|-period|10.000|-name|default" in called
    (source,) = re.findall(r"add_files\|(\S+?)\|", "\n".join(called))
    assert (done.folder / source).is_file() and (done.folder / "firmware" / "nnet_utils" / "nnet_dense.h").is_file()


def test_vitis_says_what_is_missing(run):
    with pytest.raises(InputError, match=r"holds no firmware/firmware/<name>.cpp; only what hls4ml holds exactly"):
        export(run, Wish("vitis"))
    with pytest.raises(ToolError, match=r"csynth.xml says no dsps, period_ns"):
        _vitis.parse(CSYNTH.replace("<DSP>4</DSP>", "").replace("3.65", "fast"))
    assert _vitis.parse(CSYNTH.replace("DSP>", "DSP48E>")).figures["dsps"] == 4
    with pytest.raises(ToolError, match=r"csynth.xml: "):
        _vitis.parse("<profile>")


@pytest.mark.parametrize("made", [True, False])
def test_what_a_vendors_tool_found_stands_in_the_runs_report(run, tmp_path, monkeypatch, made, capsys):
    if made:
        files.write(compile_report(values.evidence(), values.comparison()), run)
    fake(tmp_path / "bin", "vivado", f"printf '%b' '{RESULTS}' > results.txt", monkeypatch)
    monkeypatch.setattr(_vivado, "found", lambda: True)
    cli.export(run, "vivado", part=None, clock_mhz=80.0, only_write=False)
    assert "slack_ns: -0.25" in capsys.readouterr().out
    assert (run / "report.json").exists() == made
    if made:
        report = files.read(run)
        assert kind_of("vendors.vivado.luts", report.content["kinds"]) == "routed"
        shown = next(one for one in page(report.content).sections if one.title == "Vendors' tools").parts[0]
        part = "xc7a100tcsg324-1, 80 MHz asked"
        assert shown.rows[0] == ("Vivado 2023.2", part, "LUTs", "routed", "120") and len(shown.rows) == 5
        assert "Vivado 2023.2" in (run / "report.html").read_text()


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
    assert catalog.names("export") == ["fusesoc", "quartus", "vitis", "vivado"]
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
