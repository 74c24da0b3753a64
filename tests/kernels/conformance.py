"""What every kernel must do, whatever it computes. A new kernel adds tests/kernels/cases/<its name>.py, nothing here.

A case file has ``reference(kernel, *x)`` on plain Python integers, ``random(pick, x, features)``, ``corners()`` by name
and ``pinned()`` costs; ``rtl()`` where not every corner needs hardware of its own, ``folds(kernel)`` where it folds.
"""

from importlib import import_module
from types import ModuleType

import numpy as np
import pick as choose

from edgeflow import catalog
from edgeflow.circuit.cost import luts
from edgeflow.circuit.graph import Circuit
from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding
from edgeflow.kernels._unit import foldable
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.requantize import Requantize
from edgeflow.network.network import INPUT, Kernel, Layer, Network
from edgeflow.rtl.design import Design
from edgeflow.rtl.generate import generate

NAMES = catalog.names("kernels")
EXHAUSTIVE_BITS = 9


def cases(name: str) -> ModuleType:
    """The case file of a kernel; a kernel without one fails here."""
    return import_module(f"cases.{name}")


def inputs(kernel: Kernel, count: int = 64) -> list[Integers]:
    """Every input where there are few; else corners and random ones."""
    widths = [tensor.format.width for tensor in kernel.inputs for _ in range(tensor.features)]
    if sum(widths) <= EXHAUSTIVE_BITS:
        codes = np.arange(1 << sum(widths))[:, None] >> np.cumsum([0, *widths[:-1]])
        flat = codes & ((1 << np.array(widths)) - 1)
        cuts = np.cumsum([tensor.features for tensor in kernel.inputs])[:-1]
        parts = np.split(flat, cuts, axis=1)
        return [_signed(part, tensor.format) for part, tensor in zip(parts, kernel.inputs, strict=True)]
    return [choose.frames(t.format, t.features, count, seed=5 + i) for i, t in enumerate(kernel.inputs)]


def _signed(codes: Integers, x: Fixed) -> Integers:
    return np.where(codes > x.hi, codes - (1 << x.width), codes)


def check_golden(module: ModuleType, kernel: Kernel, x: list[Integers]) -> Integers:
    """Golden equals the plain reference and stays inside ``y``."""
    y = kernel.golden(*x)
    assert y.shape == (len(x[0]), kernel.out_features)
    rows = zip(*(one.tolist() for one in x), strict=True)
    assert y.tolist() == [module.reference(kernel, *row) for row in rows]
    assert kernel.y.lo <= y.min() and y.max() <= kernel.y.hi
    return y


def check_circuit(kernel: Kernel, x: list[Integers], y: Integers) -> None:
    """The circuit equals golden, every node stays inside its interval, and the outputs' lanes are wide enough."""
    circuit = circuit_of(kernel)
    assert np.array_equal(circuit.run(np.concatenate(x, axis=1)), y)
    for term, column in zip(circuit.outputs, y.T, strict=True):
        lo, hi = circuit.range(term)
        assert lo <= column.min() and column.max() <= hi
        assert not term.negative


def circuit_of(kernel: Kernel) -> Circuit:
    """One frame; the inputs side by side."""
    circuit, terms = Circuit(), []
    for tensor in kernel.inputs:
        at = sum(len(part) for part in terms)
        terms.append([circuit.input(at + i, tensor.format.lo, tensor.format.hi) for i in range(tensor.features)])
    circuit.outputs = [circuit.positive(term) for term in kernel.circuit(circuit, *terms)]
    return circuit


def rtl_designs(module: ModuleType, prefix: str) -> tuple[list[Design], list[Network]]:
    """In every shape: a design for each kernel that wants hardware."""
    designs, networks = [], []
    for name, kernel in getattr(module, "rtl", module.corners)().items():
        for i, folding in enumerate(foldings(module, kernel)):
            network = network_of(f"{prefix}_{name}_{i}", kernel)
            designs.append(generate(network, folding, 100.0))
            networks.append(network)
    return designs, networks


def foldings(module: ModuleType, kernel: Kernel) -> list[object]:
    """Words for kernels without a fold of their own: whole frames, and a value a beat."""
    layer = Layer("under_test", kernel)
    if not foldable(layer):
        return ["parallel", "folded"]
    return ["parallel", "unrolled", *({"under_test": fold} for fold in module.folds(kernel))]


def network_of(name: str, kernel: Kernel) -> Network:
    """The kernel alone; where it takes several frames, small layers make them from one."""
    if len(kernel.inputs) == 1:
        return Network(name, (Layer("under_test", kernel),))
    x, random, layers = Fixed(3), np.random.default_rng(2), []
    for i, tensor in enumerate(kernel.inputs):
        dense = Dense(
            random.integers(-1, 2, (4, tensor.features)), random.integers(-9, 9, tensor.features), x, Fixed(2)
        )
        cast = Requantize(dense.y, tensor.format, Rounding.TRN, Overflow.WRAP, tensor.features)
        layers += [Layer(f"dense_{i}", dense, (INPUT,)), Layer(f"cast_{i}", cast)]
    sources = tuple(f"cast_{i}" for i in range(len(kernel.inputs)))
    return Network(name, (*layers, Layer("under_test", kernel, sources)))


def circuit_luts(kernel: Kernel) -> int:
    return luts(circuit_of(kernel))


def random_input(pick: choose.Pick) -> tuple[Fixed, int]:
    return choose.number_format(pick), pick(1, 6)
