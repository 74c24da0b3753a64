"""The synthesized netlist: our models of its black boxes alone, whole designs, and what a wrong cell looks like."""

import json
from dataclasses import replace

import numpy as np
import pick as choose
import pytest
import small

from edgeflow.errors import MismatchError, ToolError
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import Fold, hex_rows
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.design import Design, Stream
from edgeflow.rtl.generate import generate
from edgeflow.tools import _process, cxxrtl, pyosys
from edgeflow.verify import ladder, netlist, vectors
from edgeflow.verify.locate import regenerator

pytestmark = pytest.mark.tools

# A memory that is read and written in turn, and a multiplier, each behind the handshake of any design.
MEMORY = """
module memory (
  input  logic clk_i, rst_ni, s_axis_tvalid, m_axis_tready,
  input  logic [ADDRESS+WIDTH:0] s_axis_tdata,  // write, address, data
  output logic s_axis_tready, m_axis_tvalid,
  output logic [WIDTH-1:0] m_axis_tdata
);
  (* ram_style = "block" *) logic [WIDTH-1:0] mem [1 << ADDRESS];
  initial $readmemh("memory.hex", mem);
  logic accept;
  assign s_axis_tready = !m_axis_tvalid || m_axis_tready;
  assign accept = s_axis_tvalid && s_axis_tready;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) m_axis_tvalid <= 1'b0;
    else if (s_axis_tready) m_axis_tvalid <= s_axis_tvalid;
    if (accept && s_axis_tdata[ADDRESS+WIDTH]) mem[s_axis_tdata[WIDTH+:ADDRESS]] <= s_axis_tdata[WIDTH-1:0];
    if (accept) m_axis_tdata <= mem[s_axis_tdata[WIDTH+:ADDRESS]];
  end
endmodule
"""
MULTIPLIER = """
module multiplier (
  input  logic clk_i, rst_ni, s_axis_tvalid, m_axis_tready,
  input  logic [35:0] s_axis_tdata,
  output logic s_axis_tready, m_axis_tvalid,
  output logic [35:0] m_axis_tdata
);
  logic SIGN_A [17:0] a;
  logic SIGN_B [17:0] b;
  assign {b, a} = s_axis_tdata;
  assign s_axis_tready = !m_axis_tvalid || m_axis_tready;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) m_axis_tvalid <= 1'b0;
    else if (s_axis_tready) m_axis_tvalid <= s_axis_tvalid;
    if (s_axis_tready) m_axis_tdata <= PRODUCT;
  end
endmodule
"""


def bare(top, text, in_width, out_width, memories=None):
    """A design of one beat a frame, whatever it computes."""
    s_axis, m_axis = (Stream(Fixed(w, 0, signed=False), 1, 1) for w in (in_width, out_width))
    return Design(top, {f"{top}.sv": text}, memories or {}, s_axis, m_axis, 2, 1, Cost())


def cells(design, store):
    return pyosys.synthesize(design.top, design.sources, design.memories, store).cells


@pytest.mark.parametrize(("width", "address"), [(1, 14), (2, 13), (4, 12), (9, 11), (18, 10), (36, 9)])
def test_block_memory_of_every_width(store, width, address):
    random = np.random.default_rng(width)
    content = random.integers(0, 1 << width, 1 << address)
    text = MEMORY.replace("ADDRESS", str(address)).replace("WIDTH", str(width))
    design = bare("memory", text, address + width + 1, width, {"memory.hex": hex_rows(content[:, None], width)})
    assert cells(design, store).get("DP16KD") == 1
    write, at = random.integers(0, 2, 3000), random.integers(0, 1 << address, 3000)
    at[::3] = at[1::3]  # what is written gets read too
    data = random.integers(0, 1 << width, 3000)
    expected = []
    for w, a, d in zip(write, at, data, strict=True):
        expected.append(content[a])
        if w:
            content[a] = d
    x = (write << (address + width)) | (at << width) | data
    run = netlist.simulate(replace(design, latency_cycles=2), x[:, None], 3, store)
    # A reset does not undo what was written, so only the first phase starts from the first content.
    assert run.outputs["full rate"][:, 0].tolist() == expected


@pytest.mark.parametrize(("a_signed", "b_signed"), [(0, 0), (1, 1)])
def test_multipliers(store, a_signed, b_signed):
    signs = ["signed" if s else "" for s in (a_signed, b_signed)]
    text = MULTIPLIER.replace("SIGN_A", signs[0]).replace("SIGN_B", signs[1]).replace("PRODUCT", "36'(a) * 36'(b)")
    design = bare("multiplier", text, 36, 36)
    assert cells(design, store).get("MULT18X18D") == 1
    a, b = (Fixed(18, 0, bool(s)) for s in (a_signed, b_signed))
    corners = [(x, y) for x in (a.lo, a.hi, 0, 1, a.hi // 3) for y in (b.lo, b.hi, 0, 1, b.hi // 5)]
    x = np.array([[(u & 0x3FFFF) | (v & 0x3FFFF) << 18] for u, v in corners])
    assert netlist.simulate(design, x, 3, store).worst(x)[:, 0].tolist() == [u * v & (1 << 36) - 1 for u, v in corners]


@pytest.mark.parametrize(
    ("instance", "sentence"),
    [
        ('DP16KD #(.REGMODE_A("OUTREG")) u ();', "REGMODE must be NOREG"),
        ('DP16KD #(.CLKBMUX("INV")) u ();', "CLKAMUX and CLKBMUX must be"),
        ("DP16KD #(.DATA_WIDTH_A(3)) u ();", "the model knows DATA_WIDTH 1, 2, 4, 9, 18 and 36"),
        ('DP16KD #(.RESETMODE("ASYNC")) u ();', "must both be SYNC or both be ASYNC"),
        ('MULT18X18D #(.REG_OUTPUT_CLK("CLK0")) u ();', "the model has no registers"),
    ],
)
def test_what_the_models_do_not_know_stops_with_a_sentence(tmp_path, instance, sentence):
    (tmp_path / "top.v").write_text(f"module top; {instance} endmodule\n")
    for model in cxxrtl.MODELS:
        (tmp_path / model).write_text(netlist.shipped.source(f"cells/{model}"))
    (tmp_path / "top.ys").write_text(f"read_verilog {' '.join(cxxrtl.MODELS)} top.v\nhierarchy -top top\n")
    with pytest.raises(ToolError, match=sentence):
        _process.run(_process.Job("yosys", cxxrtl.command("top.ys"), tmp_path, "top.log"))


def folded_dense():
    pick = choose.seeded(3)
    weight, bias = choose.matrix(pick, -128, 127, 64, 32), choose.matrix(pick, -90, 90, 1, 32)[0]
    network = Network("netlist_dense", (Layer("dense", Dense(weight, bias, Fixed(8), Fixed(8))),))
    return network, {"dense": Fold(4, 4)}, {"DP16KD", "MULT18X18D"}


def folded_conv():
    random = np.random.default_rng(0)
    geometry = Geometry(6, 6, 4, (3, 3), before=(1, 1), after=(1, 1))
    conv = Conv(
        geometry, random.integers(-16, 16, (3, 3, 4, 4)), random.integers(-30, 30, 4), Fixed(6, 2, False), Fixed(5)
    )
    return Network("netlist_conv", (Layer("conv", conv),)), {"conv": Fold(2, 4)}, {"MULT18X18D", "TRELLIS_DPR16X4"}


@pytest.mark.parametrize("made", [folded_dense, folded_conv])
def test_folded_layers_with_memories_and_multipliers(store, made):
    network, folding, expected = made()
    design = generate(network, folding, 100.0)
    assert expected <= set(cells(design, store))
    x = choose.frames(network.input, network.in_features, 20)
    y = network.run(x)
    for phase, outputs in netlist.simulate(design, x, 5, store).outputs.items():
        assert np.array_equal(outputs, y), phase


def small_ladder(store, regenerate=None):
    model, x = small.network(), small.frames()
    logits = model.output.real(model.run(x))
    labels, above = logits.argmax(axis=1)[:30], [ladder.Rung("qkeras", logits)]
    frames = np.arange(5, 25)
    design, lowered = small.design(), small.lowered()
    return ladder.verify(above, lowered, design, x, labels, 7, store, regenerate=regenerate, in_netlist=frames)


def test_the_ladder_reaches_the_netlist(store):
    result = small_ladder(store)
    assert (result.mismatches, result.difference, result.netlist_samples) == (0, None, 20)
    assert result.accuracy["netlist"] == 1.0
    assert result.netlist_simulator == f"Yosys CXXRTL {cxxrtl.version()}"


def damaged(monkeypatch, tmp_path, damage):
    """Every netlist from now on, with ``damage`` done to its top module: Verilator cannot see it."""
    right = pyosys.synthesize

    def wrong(top, *arguments):
        made = right(top, *arguments)
        mutant = json.loads(made.netlist.read_text())
        damage(mutant["modules"][top])
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        file.write_text(json.dumps(mutant))
        return replace(made, netlist=file)

    monkeypatch.setattr(pyosys, "synthesize", wrong)


def test_wrong_cells_name_the_netlist(store, monkeypatch, tmp_path):
    damaged(monkeypatch, tmp_path, invert_sums)
    difference = small_ladder(store).difference
    assert (difference.rung, difference.against, difference.layer) == ("netlist", "RTL", "second")
    assert 5 <= difference.sample < 25 and difference.got != difference.expected
    with pytest.raises(MismatchError, match=r"netlist differs from RTL first in layer second, sample \d+, channel \d"):
        ladder.check(small_ladder(store), small.design())


def test_wrong_cells_name_the_layer_they_lie_in(store, monkeypatch, tmp_path):
    damaged(monkeypatch, tmp_path, lambda module: invert_sums(module, "ef_dense.sv"))
    difference = small_ladder(store, regenerator(small.FOLDING, 100.0)).difference
    assert (difference.rung, difference.against, difference.layer) == ("netlist", "RTL", "first")
    model, x = small.network(), small.frames()
    right = model.layers[0].kernel.y.real(model.trace(x)[0])
    assert difference.sample >= 5, "a frame's number among all, not among those of the netlist"
    assert difference.expected == right[difference.sample, difference.channel] != difference.got
    assert difference.phase == "full rate"


def invert_sums(module, source="tiny_unrolled_1.sv"):
    """Wrong, in carry cells from ``source``, the sum bits that feed a register of data. Changes ``module``."""
    cells = module["cells"].values()
    data = {bit for cell in cells if cell["type"] == "TRELLIS_FF" for bit in cell["connections"]["DI"]}
    for cell in cells:
        if cell["type"] == "CCU2C" and source in cell["attributes"]["src"] and cell["connections"]["S1"][0] in data:
            cell["parameters"]["INIT1"] = "".join("10"[int(bit)] for bit in cell["parameters"]["INIT1"])


def test_what_the_netlist_simulates_is_what_a_budget_allows():
    frames = np.zeros((10_000, 4))
    design = replace(small.design(), interval_cycles=1, cost=Cost(luts=7000, ffs=3000))
    assert len(vectors.in_netlist(frames, 359, design)) >= 1000
    slow = vectors.in_netlist(frames, 359, replace(design, interval_cycles=10_000))
    assert slow.tolist() == [0, 1, 2, 3, 359]
    assert set(slow) <= set(vectors.in_rtl(frames, 359, replace(design, interval_cycles=10_000)))


def test_without_a_test_split_the_budget_goes_to_other_frames():
    """An imported model has corners and random frames alone."""
    design = replace(small.design(), interval_cycles=10_000, cost=Cost(luts=7000, ffs=3000))
    assert vectors.in_netlist(np.zeros((1000, 4)), 0, design).tolist() == [0, 1, 2, 3, 4]
    assert vectors.in_netlist(np.zeros((1000, 4)), 2, design).tolist() == [0, 1, 2, 3, 4]
