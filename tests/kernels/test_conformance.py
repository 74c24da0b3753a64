"""Every kernel of the catalog against plain Python integers, its circuit, and its hardware under pauses and reset."""

import conformance
import pick as choose
import pytest
from batch import check_all
from hypothesis import given, settings

from edgeflow.network.network import Network

pytestmark = pytest.mark.parametrize("name", conformance.NAMES)


@settings(max_examples=60, deadline=None)
@given(pick=choose.picks())
def test_golden_and_circuit_on_random_instances(name, pick):
    module = conformance.cases(name)
    kernel = module.random(pick, *conformance.random_input(pick))
    x = conformance.inputs(kernel)
    y = conformance.check_golden(module, kernel, x)
    conformance.check_circuit(kernel, x, y)


def test_golden_and_circuit_in_the_corners(name):
    module = conformance.cases(name)
    for kernel in module.corners().values():
        x = conformance.inputs(kernel)
        y = conformance.check_golden(module, kernel, x)
        conformance.check_circuit(kernel, x, y)


@pytest.mark.tools
def test_hardware_equals_golden_at_the_cycles_of_its_formulas(name, store):
    module = conformance.cases(name)
    designs, kernels = conformance.rtl_designs(module, name)
    xs = [choose.frames(kernel.x, kernel.in_features, 48) for kernel in kernels]
    check_all(designs, xs, [kernel.golden(x) for kernel, x in zip(kernels, xs, strict=True)], store)


def test_cost_of_one_instance_is_pinned(name):
    kernel, luts, fold, cost = conformance.cases(name).pinned()
    assert (conformance.circuit_luts(kernel), kernel.unit(fold).cost) == (luts, cost)


def test_formats_chain_through_a_network(name):
    """A kernel says what it takes and makes; Network checks that neighbours agree."""
    module = conformance.cases(name)
    kernel = module.random(choose.seeded(3), *conformance.random_input(choose.seeded(4)))
    network = Network("one", (conformance.Layer("only", kernel),))
    assert (network.input, network.output) == (kernel.x, kernel.y)
    assert (network.in_features, network.out_features) == (kernel.in_features, kernel.out_features)
