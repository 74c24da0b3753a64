"""All 7 roundings x 3 overflows in hardware, on every input there is.

One design holds all modes of one pair of formats side by side and answers each input with 21 values.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from batch import check_all
from cases._casts import FORMATS

from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._unit import whole_frame
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.relu import Relu
from edgeflow.kernels.requantize import Requantize
from edgeflow.network.network import Layer, Network, Tensor
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
    out_features: int = len(MODES)

    @property
    def inputs(self):
        return (Tensor(self.x, 1),)

    def casts(self):
        return [self.kind(self.x, self.y, *modes, 1) for modes in MODES]

    def golden(self, x):
        return np.concatenate([cast.golden(x) for cast in self.casts()], axis=1)

    def circuit(self, circuit, x):
        return [y for cast in self.casts() for y in cast.circuit(circuit, x)]

    def stages(self, shape, lanes):
        return whole_frame(self)


def every_input(x: Fixed):
    return np.arange(x.lo, x.hi + 1)[:, None]


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
