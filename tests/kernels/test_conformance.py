"""Every kernel of the catalog against plain Python integers, its circuit, and its hardware under pauses and reset."""

import conformance
import pick as choose
import pytest
from batch import check_all
from hypothesis import given, settings

from edgeflow.rtl.generate import generate

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
    designs, networks = conformance.rtl_designs(module, name)
    xs = [choose.frames(network.input, network.in_features, 24) for network in networks]
    check_all(designs, xs, [network.run(x) for network, x in zip(networks, xs, strict=True)], store)


def test_cost_of_one_instance_is_pinned(name):
    kernel, luts, folding, cost = conformance.cases(name).pinned()
    shape = folding if isinstance(folding, str) else {"under_test": folding}
    design = generate(conformance.network_of("pinned", kernel), shape, 100.0)
    assert (conformance.circuit_luts(kernel), design.cost) == (luts, cost)


def test_formats_chain_through_a_network(name):
    """A kernel says what it takes and makes; Network checks that neighbours agree."""
    module = conformance.cases(name)
    kernel = module.random(choose.seeded(3), *conformance.random_input(choose.seeded(4)))
    network = conformance.network_of("one", kernel)
    assert (network.output, network.out_features) == (kernel.y, kernel.out_features)
    sources = network.sources[-1]
    assert tuple(network.tensor(source) for source in sources) == kernel.inputs
