"""What synthesis makes of generated designs: memories and multipliers where they belong, and no warning from lint."""

import networks
import pick as choose
import pytest

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.dense import Dense
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.generate import generate
from edgeflow.tools import pyosys, verilator

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
