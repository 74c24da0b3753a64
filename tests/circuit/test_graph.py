"""Circuits keep every value inside its node's interval, and folding on the way never changes a value."""

import networks
import numpy as np
import pick as choose
import pytest
from hypothesis import HealthCheck, given, settings

from edgeflow.circuit import adders
from edgeflow.circuit.graph import Circuit, Op, Term
from edgeflow.fixedpoint import Fixed
from edgeflow.rtl.unrolled import circuit_of

often = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@often
@given(pick=choose.picks())
def test_every_node_stays_inside_its_interval(pick):
    model = networks.network(pick, most_layers=2, most_pixels=4)
    circuit = circuit_of(model)
    live = circuit.live()
    circuit.outputs = [Term(i) for i in live]
    values = circuit.run(choose.frames(model.input, model.in_features, 60))
    for index, column in zip(live, values.T, strict=True):
        node = circuit.nodes[index]
        assert node.lo <= column.min(), node
        assert column.max() <= node.hi, node


@often
@given(pick=choose.picks())
def test_sums_of_shifted_signed_terms_and_constants(pick):
    """Any expression built by ``add``: sharing, folding of constants and common shifts leave its value alone."""
    circuit, x = Circuit(), choose.frames(Fixed(5), 3, 40)
    terms = [(circuit.input(i, -16, 15), x[:, i]) for i in range(3)]
    for _ in range(pick(1, 8)):
        (a, a_value), (b, b_value) = choose.one_of(pick, terms), choose.one_of(pick, terms)
        if pick(0, 2) == 0:
            b_value = np.full(len(x), pick(-40, 40))
            b = circuit.const(int(b_value[0]))
        shift, negative = pick(0, 3), pick(0, 1)
        b, b_value = b << shift, b_value << shift
        made = circuit.add(-a if negative else a, b), (-a_value if negative else a_value) + b_value
        terms.append(made)
    circuit.outputs = [circuit.positive(term) for term, _ in terms]
    assert np.array_equal(circuit.run(x), np.stack([value for _, value in terms], axis=1))
    for node in circuit.nodes:
        if node.op in (Op.ADD, Op.SUB):
            assert not any(term.negative for term in node.args), "additions take operands without a sign"


@often
@given(pick=choose.picks())
def test_a_quick_product_is_the_same_function(pick):
    """Larger, perhaps, but equal: what an estimate counts is hardware that could be built."""
    n_in, n_out = pick(1, 8), pick(1, 6)
    weight = np.array([[pick(-9, 9) for _ in range(n_out)] for _ in range(n_in)])
    bias, x = np.array([pick(-20, 20) for _ in range(n_out)]), choose.frames(Fixed(4), n_in, 50)
    for quick in (False, True):
        circuit = Circuit(quick)
        terms = [circuit.input(i, -8, 7) for i in range(n_in)]
        circuit.outputs = [circuit.positive(term) for term in adders.matrix_product(circuit, terms, weight, bias)]
        assert np.array_equal(circuit.run(x), x @ weight + bias)


def test_equal_operations_are_one_node():
    circuit = Circuit()
    a, b = circuit.input(0, -8, 7), circuit.input(1, -8, 7)
    assert circuit.add(a, b) == circuit.add(b, a)
    assert circuit.add(a << 2, b << 2) == circuit.add(a, b) << 2
    assert circuit.add(circuit.add(a, circuit.const(3)), circuit.const(-3)) == a


@pytest.mark.parametrize("bits", [3, 20, 23, 24, 25, 40, 48])
def test_products_are_exact_at_any_weight_width(bits):
    rng = np.random.default_rng(bits)
    weight = rng.integers(-(1 << bits), (1 << bits) + 1, (3, 4))
    bias = rng.integers(-(1 << bits), 1 << bits, 4)
    circuit = Circuit()
    x = [circuit.input(i, -16, 15) for i in range(3)]
    circuit.outputs = [circuit.positive(t) for t in adders.matrix_product(circuit, x, weight, bias)]
    frames = choose.frames(Fixed(5), 3, 50)
    assert np.array_equal(circuit.run(frames), frames @ weight + bias)


def test_products_of_constant_and_one_sided_inputs():
    """A dead neuron in front leaves a constant; a relu leaves one side."""
    circuit = Circuit()
    x = [circuit.const(0), circuit.const(-5), circuit.input(0, 0, 7), circuit.input(1, -8, -3)]
    weight, bias = np.array([[3, -1], [2, 0], [-7, 5], [4, 1]]), np.array([1, -2])
    circuit.outputs = [circuit.positive(t) for t in adders.matrix_product(circuit, x, weight, bias)]
    frames = np.array([[0, -8], [7, -3], [3, -5]])
    full = np.concatenate([np.tile([0, -5], (3, 1)), frames], axis=1)
    assert np.array_equal(circuit.run(frames), full @ weight + bias)
