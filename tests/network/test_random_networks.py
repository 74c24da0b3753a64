"""Random networks: circuit == Network.run always; RTL == Network.run on as many as a build's seconds allow."""

import networks
import numpy as np
import pick as choose
import pytest
from batch import check_all
from hypothesis import HealthCheck, given, settings

from edgeflow.rtl.generate import generate
from edgeflow.rtl.unrolled import circuit_of

BATCH = 16


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(pick=choose.picks())
def test_the_circuit_of_a_random_network_is_the_network(pick):
    model = networks.network(pick)
    x = choose.frames(model.input, model.in_features, 100)
    assert np.array_equal(circuit_of(model).run(x), model.run(x))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(pick=choose.picks())
def test_intervals_hold_and_lanes_are_wide_enough(pick):
    model = networks.network(pick)
    trace = model.trace(choose.frames(model.input, model.in_features, 100))
    for layer, y in zip(model.layers, trace, strict=True):
        assert layer.kernel.y.lo <= y.min() and y.max() <= layer.kernel.y.hi, layer


def check_batch(seed, store):
    """A batch of random networks with random foldings, in one simulator."""
    designs, xs, ys = [], [], []
    for i in range(BATCH):
        pick = choose.seeded(1000 * seed + i)
        model = networks.network(pick, f"random_{seed}_{i}")
        designs.append(generate(model, networks.folding(pick, model), clock_mhz=float(pick(50, 250))))
        xs.append(choose.frames(model.input, model.in_features, 24))
        ys.append(model.run(xs[-1]))
    check_all(designs, xs, ys, store)


@pytest.mark.tools
@pytest.mark.parametrize("seed", range(3))
def test_hardware_of_random_networks(seed, store):
    check_batch(seed, store)


@pytest.mark.tools
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_hardware_of_many_more_random_networks(seed, store):
    check_batch(seed, store)
