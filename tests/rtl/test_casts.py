"""All 7 roundings x 3 overflows in hardware, on every input there is: folded in one build, unrolled in another.

One design holds all modes of one pair of formats side by side and answers each input with 21 values.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from batch import check_all
from cases._casts import FORMATS

from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.relu import Relu
from edgeflow.kernels.requantize import Requantize
from edgeflow.network.network import Layer, Network
from edgeflow.rtl import library
from edgeflow.rtl.design import Design, Stream
from edgeflow.rtl.generate import generate

pytestmark = pytest.mark.tools

MODES = list(product(Rounding, Overflow))
KINDS = (Requantize, Relu)


@dataclass(frozen=True)
class AllModes:
    """One value in, its cast by every mode out: a kernel for tests."""

    kind: type
    x: Fixed
    y: Fixed
    in_features: int = 1
    out_features: int = len(MODES)

    def casts(self):
        return [self.kind(self.x, self.y, *modes, 1) for modes in MODES]

    def golden(self, x):
        return np.concatenate([cast.golden(x) for cast in self.casts()], axis=1)

    def circuit(self, circuit, x):
        return [y for cast in self.casts() for y in cast.circuit(circuit, x)]


def every_input(x: Fixed):
    return np.arange(x.lo, x.hi + 1)[:, None]


@pytest.mark.parametrize("kind", KINDS)
def test_folded(kind, store):
    kernels = [AllModes(kind, x, y) for x, y in FORMATS.values()]
    designs = [_side_by_side(f"folded_{name}", kernel) for name, kernel in zip(FORMATS, kernels, strict=True)]
    xs = [every_input(kernel.x) for kernel in kernels]
    check_all(designs, xs, [kernel.golden(x) for kernel, x in zip(kernels, xs, strict=True)], store)


@pytest.mark.parametrize("kind", KINDS)
def test_unrolled(kind, store):
    models = [Network(f"unrolled_{name}", (Layer("all", AllModes(kind, x, y)),)) for name, (x, y) in FORMATS.items()]
    _check_unrolled(models, store)


@pytest.mark.parametrize("kind", KINDS)
def test_unrolled_where_the_interval_ends_inside_the_limits(kind, store):
    """A bias moves the interval so that only one limit, a part of it, or none needs hardware."""
    x, y, models = Fixed(5, 2), Fixed(4, 1), []
    for i, bias in enumerate((-40, -25, -17, -11, -3, 5, 12, 19, 30, 47)):
        dense = Dense(np.array([[1]]), np.array([bias]), x, Fixed(2))
        layers = (Layer("moved", dense), Layer("all", AllModes(kind, dense.y, replace(y, signed=i % 3 < 2))))
        models.append(Network(f"moved_{i}", layers))
        close = AllModes(kind, dense.y, Fixed(dense.y.width - 1, dense.y.frac))  # no rounding, one bit too few
        models.append(Network(f"close_{i}", (layers[0], Layer("all", close))))
    _check_unrolled(models, store)


def _check_unrolled(models, store):
    designs = [generate(model, "unrolled", 100.0) for model in models]
    xs = [every_input(model.input) for model in models]
    check_all(designs, xs, [model.run(x) for model, x in zip(models, xs, strict=True)], store)


def _side_by_side(name: str, kernel: AllModes) -> Design:
    """ef_requantize once for each mode, in lock step."""
    units = [cast.unit(Fold(1, 1)) for cast in kernel.casts()]
    s_axis, m_axis = Stream(kernel.x, 1, 1), Stream(kernel.y, len(MODES), len(MODES))
    width = kernel.y.width
    instances = [
        f"ef_requantize #({', '.join(f'.{k}({v})' for k, v in unit.parameters.items())}) u_{i} (.clk_i, .rst_ni,"
        f" .s_axis_tdata, .s_axis_tvalid, .s_axis_tready(ready[{i}]),"
        f" .m_axis_tdata(m_axis_tdata[{i * width} +: {width}]), .m_axis_tvalid(valid[{i}]), .m_axis_tready);\n"
        for i, unit in enumerate(units)
    ]
    text = f"""\
module {name} (
  input logic clk_i, rst_ni,
  input logic [{s_axis.width - 1}:0] s_axis_tdata, input logic s_axis_tvalid, output logic s_axis_tready,
  output logic [{m_axis.width - 1}:0] m_axis_tdata, output logic m_axis_tvalid, input logic m_axis_tready
);
logic [{len(MODES) - 1}:0] ready, valid;
assign s_axis_tready = ready[0];
assign m_axis_tvalid = valid[0];
{"".join(instances)}endmodule
"""
    sources = {"ef_requantize.sv": library.source("ef_requantize"), f"{name}.sv": text}
    return Design(name, sources, {}, s_axis, m_axis, units[0].beat_times([0])[0], 1, units[0].cost)
