"""What every kernel must do, whatever it computes. A new kernel adds tests/kernels/cases/<its name>.py, nothing here.

A case file has ``reference(kernel, x)`` on plain Python integers, ``random(pick, x, features)``, ``corners()`` by name,
``folds(kernel)`` and ``pinned()`` costs; ``rtl()`` where not every corner needs hardware of its own.
"""

from importlib import import_module
from types import ModuleType

import numpy as np
import pick as choose

from edgeflow import catalog
from edgeflow.circuit.cost import luts
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._unit import Fold
from edgeflow.network.network import Kernel, Layer, Network
from edgeflow.rtl.design import Design
from edgeflow.rtl.generate import _design, generate
from edgeflow.rtl.unrolled import circuit_of

NAMES = catalog.names("kernels")
EXHAUSTIVE_BITS = 9


def cases(name: str) -> ModuleType:
    """The case file of a kernel; a kernel without one fails here."""
    return import_module(f"cases.{name}")


def inputs(kernel: Kernel, count: int = 64) -> Integers:
    """Every input where there are few; else corners and random ones."""
    bits = kernel.x.width * kernel.in_features
    if bits <= EXHAUSTIVE_BITS:
        codes = np.arange(1 << bits)[:, None] >> (kernel.x.width * np.arange(kernel.in_features))
        codes &= (1 << kernel.x.width) - 1
        return np.where(codes > kernel.x.hi, codes - (1 << kernel.x.width), codes)
    return choose.frames(kernel.x, kernel.in_features, count)


def check_golden(module: ModuleType, kernel: Kernel, x: Integers) -> Integers:
    """Golden equals the plain reference and stays inside ``y``."""
    y = kernel.golden(x)
    assert y.shape == (len(x), kernel.out_features)
    assert y.tolist() == [module.reference(kernel, row) for row in x.tolist()]
    assert kernel.y.lo <= y.min() and y.max() <= kernel.y.hi
    return y


def check_circuit(kernel: Kernel, x: Integers, y: Integers) -> None:
    """The circuit equals golden, every node stays inside its interval, and the outputs' lanes are wide enough."""
    circuit = circuit_of([Layer("under_test", kernel)])
    assert np.array_equal(circuit.run(x), y)
    for term, column in zip(circuit.outputs, y.T, strict=True):
        lo, hi = circuit.range(term)
        assert lo <= column.min() and column.max() <= hi
        assert not term.negative


def rtl_designs(module: ModuleType, prefix: str) -> tuple[list[Design], list[Kernel]]:
    """Unrolled and with every fold: a design for each kernel that wants hardware."""
    designs, kernels = [], []
    for name, kernel in getattr(module, "rtl", module.corners)().items():
        designs.append(unrolled_design(f"{prefix}_{name}", kernel))
        kernels.append(kernel)
        for fold in module.folds(kernel):
            designs.append(folded_design(f"{prefix}_{name}_pe{fold.pe}_simd{fold.simd}", kernel, fold))
            kernels.append(kernel)
    return designs, kernels


def unrolled_design(name: str, kernel: Kernel) -> Design:
    return generate(Network(name, (Layer("under_test", kernel),)), "unrolled", 100.0)


def folded_design(name: str, kernel: Kernel, fold: Fold) -> Design:
    return _design(Network(name, (Layer("under_test", kernel),)), [kernel.unit(fold)], {})


def circuit_luts(kernel: Kernel) -> int:
    return luts(circuit_of([Layer("under_test", kernel)]))


def random_input(pick: choose.Pick) -> tuple[Fixed, int]:
    return choose.number_format(pick), pick(1, 6)
