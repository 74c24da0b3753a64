"""FIFOs behind forks are as deep as full rate needs: with one place less, frames come slower or not at all."""

import json
import re
from dataclasses import replace

import networks
import numpy as np
import pick as choose
import pytest
from batch import problems_of, simulate_all

from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.merge import Merge, Operation
from edgeflow.kernels.relu import Relu
from edgeflow.kernels.requantize import Requantize
from edgeflow.network.network import INPUT, Layer, Network
from edgeflow.rtl import library
from edgeflow.rtl.compose import compose
from edgeflow.rtl.dataflow import Step, fifo
from edgeflow.rtl.delays import ECP5_SPEED_6
from edgeflow.rtl.fifos import with_fifos, with_likely_fifos
from edgeflow.rtl.generate import generate
from edgeflow.rtl.shapes import input_lanes, layer_shapes
from edgeflow.rtl.unrolled import unrolled
from edgeflow.tools import pyosys

X = Fixed(4, 2, signed=False)
DEPTH = r"\.Depth\((\d+)\)"
FOLDINGS = {
    "unrolled": "unrolled",
    "folded": "folded",
    "first_slow": {"first": Fold(1, 4), "second": Fold(4, 36)},
    "second_slow": {"first": Fold(4, 36), "second": Fold(1, 2)},
}


def residual(name: str) -> Network:
    """Two convolutions and the way past them."""
    same, random = Geometry(5, 6, 4, (3, 3), before=(1, 1), after=(1, 1)), np.random.default_rng(1)
    layers, source = [], INPUT
    for role in ("first", "second"):
        conv = Conv(same, random.integers(-8, 8, (3, 3, 4, 4)), random.integers(-9, 9, 4), X, Fixed(4))
        cast = Requantize(conv.y, X, Rounding.TRN, Overflow.SAT, conv.out_features)
        layers += [Layer(role, conv, (source,)), Layer(f"{role}_cast", cast)]
        source = f"{role}_cast"
    merge = Merge(Operation.ADD, X, X, 120)
    relu = Relu(merge.y, X, Rounding.TRN, Overflow.SAT, 120)
    return Network(name, (*layers, Layer("sum", merge, (source, INPUT)), Layer("relu", relu)))


def shallower(design, which: int, by: int = 1):
    """The same design with less room in one of its FIFOs; a FIFO of one place becomes wires."""
    file = f"{design.top}.sv"
    found = list(re.finditer(DEPTH, design.sources[file]))[which]
    depth = int(found.group(1)) - by
    text = design.sources[file][: found.start()] + f".Depth({depth})" + design.sources[file][found.end() :]
    return replace(design, sources=design.sources | {file: text})


@pytest.mark.tools
def test_one_place_less_stalls_or_deadlocks(store):
    designs, whole = [], []
    for name, folding in FOLDINGS.items():
        design = generate(residual(f"whole_{name}"), folding, 100.0)
        whole.append(design)
        for i, depth in enumerate(re.findall(DEPTH, design.sources[f"{design.top}.sv"])):
            if int(depth) > 1:
                designs.append(shallower(generate(residual(f"less_{name}_{i}"), folding, 100.0), i))
    assert len(designs) >= len(FOLDINGS)
    xs = [choose.frames(X, 120, 12)] * len(whole + designs)
    ys = [residual("net").run(xs[0])] * len(xs)
    simulations = simulate_all(whole + designs, xs, ys, store)
    for design, simulation in zip(whole, simulations, strict=False):
        assert problems_of(design, ys[0], simulation) == []
    for design, simulation in zip(designs, simulations[len(whole) :], strict=True):
        full = simulation.phases["full rate"]
        complete = full.received == len(ys[0]) * design.m_axis.beats
        assert not full.mismatches
        assert not complete or full.interval_cycles(len(ys[0])) > design.interval_cycles, design.top


def branches(name: str) -> tuple[Network, object]:
    """A network whose FIFO is deeper than full rate alone needs: random seed 115006 of the nightly batch."""
    pick = choose.seeded(115006)
    model = networks.network(pick, name)
    return model, networks.folding(pick, model)


@pytest.mark.tools
def test_pauses_do_not_deadlock_where_full_rate_would_be_content(store):
    """Eight places are enough at full rate, when the pipeline beside them is full; with gaps it holds bubbles."""
    model, folding = branches("whole")
    whole = generate(model, folding, 100.0)
    assert re.findall(DEPTH, whole.sources["whole.sv"]) == ["10"]
    less = shallower(generate(branches("less")[0], folding, 100.0), 0, by=2)
    x = choose.frames(model.input, model.in_features, 24)
    enough, stuck = simulate_all([whole, less], [x, x], [model.run(x)] * 2, store)
    assert problems_of(whole, model.run(x), enough) == []
    assert stuck.phases["full rate"].received == 24 and stuck.phases["gaps and stalls"].received < 24


@pytest.mark.tools
@pytest.mark.parametrize(
    ("bits", "depth", "memories"),
    [(8, 1, set()), (8, 24, {"TRELLIS_DPR16X4"}), (8, 143, {"DP16KD"}), (32, 400, {"DP16KD"})],
)
def test_a_fifo_lies_where_its_size_belongs_and_its_oldest_beat_in_a_register(tmp_path, bits, depth, memories):
    """Logic may follow: behind a block memory's 6 ns there is no time for it."""
    parameters = ", ".join(f".{key}({value})" for key, value in fifo(bits, depth).parameters.items())
    inputs = f"input clk_i, rst_ni, s_axis_tvalid, m_axis_tready, [{bits - 1}:0] s_axis_tdata"
    outputs = f"output s_axis_tready, m_axis_tvalid, [{bits - 1}:0] m_axis_tdata"
    text = f"module top({inputs}, {outputs}); ef_fifo #({parameters}) u_fifo (.*); endmodule\n"
    (tmp_path / "top.sv").write_text(text)
    (tmp_path / "ef_fifo.sv").write_text(library.source("ef_fifo"))
    netlist = pyosys.run(tmp_path, "top", ["ef_fifo.sv", "top.sv"]).netlist
    top = json.loads(netlist.read_text())["modules"]["top"]
    registers = {c["connections"]["Q"][0] for c in top["cells"].values() if c["type"] == "TRELLIS_FF"}
    assert set(top["ports"]["m_axis_tdata"]["bits"]) <= registers
    assert {c["type"] for c in top["cells"].values()} & {"TRELLIS_DPR16X4", "DP16KD"} == memories


@pytest.mark.parametrize("folding", FOLDINGS)
def test_likely_depths_are_near_the_least(folding):
    """For an estimate: one frame instead of a search. FIFOs of these few places cost the same within some LUTs."""
    model = residual("likely")
    shapes = layer_shapes(model, FOLDINGS[folding])
    lanes = input_lanes(model, shapes, FOLDINGS[folding])
    flow = compose(model, shapes, lanes, unrolled(100.0, ECP5_SPEED_6)).flow
    least, likely = (room(made(flow)) for made in (with_fifos, with_likely_fifos))
    assert likely == least or (folding == "unrolled" and least - 8 <= likely <= least)


def room(flow) -> int:
    """Beats that all FIFOs hold."""
    units = [node.unit for node in flow.nodes if isinstance(node, Step)]
    return sum(unit.parameters["Depth"] for unit in units if unit.module == "ef_fifo")
