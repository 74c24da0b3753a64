"""What synthesis makes of generated designs: memories and multipliers where they belong, and no warning from lint."""

import networks
import numpy as np
import pick as choose
import pytest

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.generate import generate
from edgeflow.tools import nextpnr_ecp5, pyosys, verilator

pytestmark = pytest.mark.tools


def dense(inputs, outputs, x, w, seed=3):
    pick = choose.seeded(seed)
    weight = choose.matrix(pick, w.lo, w.hi, inputs, outputs)
    return Network("folded", (Layer("dense", Dense(weight, choose.matrix(pick, -90, 90, 1, outputs)[0], x, w)),))


def synthesize(folder, design):
    sources = [path.name for path in design.write_sources(folder)]
    return pyosys.run(folder, design.top, sources).cells


@pytest.mark.parametrize(
    ("inputs", "outputs", "fold", "x", "w"),
    [
        (64, 32, Fold(4, 4), Fixed(8), Fixed(8)),
        (64, 16, Fold(2, 8), Fixed(6, 2, signed=False), Fixed(3)),
        (32, 10, Fold(1, 1), Fixed(4), Fixed(6)),
    ],
)
def test_folded_weights_lie_in_block_memory_and_products_in_dsps(tmp_path, inputs, outputs, fold, x, w):
    design = generate(dense(inputs, outputs, x, w), {"dense": fold}, 100.0)
    cells = synthesize(tmp_path, design)
    assert cells.get("MULT18X18D", 0) == fold.pe * fold.simd == design.cost.dsps
    assert cells.get("DP16KD", 0) == design.cost.brams > 0


def test_unrolled_layers_take_neither(tmp_path):
    cells = synthesize(tmp_path, generate(dense(8, 4, Fixed(5), Fixed(5)), "unrolled", 100.0))
    assert not {"MULT18X18D", "DP16KD"} & set(cells)


def test_lint_is_silent(tmp_path):
    """Random networks, folded, unrolled and mixed, and the corners: constants, one value, one bit."""
    found = {}
    for seed in range(12):
        pick = choose.seeded(seed)
        model = networks.network(pick, f"lint_{seed}")
        design = generate(model, networks.folding(pick, model), 100.0)
        folder = tmp_path / design.top
        sources = [path.name for path in design.write_sources(folder)]
        found[seed] = verilator.lint(folder, sources, design.top)
    assert {seed: warnings for seed, warnings in found.items() if warnings} == {}


def test_more_folding_never_costs_more(tmp_path):
    """LUTs and DSPs together, each as its share of the part: a narrower unit may need a longer counter."""
    random = np.random.default_rng(0)
    geometry, x = Geometry(6, 6, 4, (3, 3)), Fixed(6, 2, signed=False)
    conv = Conv(geometry, random.integers(-16, 16, (3, 3, 4, 4)), random.integers(-30, 30, 4), x, Fixed(5))
    network, found = Network("folded", (Layer("conv", conv),)), []
    for pe, simd in ((4, 36), (4, 12), (4, 4), (2, 4), (1, 4), (1, 2), (1, 1)):
        folder = tmp_path / f"{pe}_{simd}"
        folder.mkdir()
        synthesize(folder, generate(network, {"conv": Fold(pe, simd)}, 100.0))
        found.append(nextpnr_ecp5.pack(folder, "folded"))
    costs = [used["TRELLIS_COMB"] / 83_640 + used["MULT18X18D"] / 156 for used in found]
    assert costs == sorted(costs, reverse=True), costs
    assert all(used["DP16KD"] > 0 for used in found[1:])


@pytest.mark.parametrize("values", [(-1, 1), (-1, 0, 1)], ids=["binary", "ternary"])
def test_binary_and_ternary_weights_take_no_multipliers(tmp_path, values):
    random = np.random.default_rng(0)
    conv = Conv(
        Geometry(6, 6, 4, (3, 3)), random.choice(values, (3, 3, 4, 4)), np.zeros(4, int), Fixed(6, 2, False), Fixed(2)
    )
    design = generate(Network("folded", (Layer("conv", conv),)), {"conv": Fold(2, 4)}, 100.0)
    assert synthesize(tmp_path, design).get("MULT18X18D", 0) == 0 == design.cost.dsps
