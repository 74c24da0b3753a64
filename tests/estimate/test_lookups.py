"""Tables in logic, counted as synthesis builds them: equal functions once, wires for nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.circuit.graph import Circuit, Op
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels.table import Table
from edgeflow.rtl.lookups import Lookups, _table, lookups

BITS = 6
CODES = np.arange(1 << BITS)


def found(values, features: int = 1) -> Lookups:
    """Of a table of an unsigned value."""
    x, y = Fixed(BITS, 0, signed=False), Fixed(10, 0)
    circuit = Circuit()
    inputs = [circuit.input(i, x.lo, x.hi) for i in range(features)]
    circuit.outputs = Table(x, np.asarray(values), y, features).circuit(circuit, inputs)
    return lookups(circuit, circuit.live())


def test_what_is_a_wire_takes_nothing():
    for values in (CODES, CODES >> 2, CODES & 5, np.full(1 << BITS, 7)):
        assert (found(values).luts, found(values).muxes) == (0, 0)


@pytest.mark.parametrize("bits", [(0, 1), (0, 5), (4, 5), (1, 2, 3, 5)])
def test_a_function_of_four_bits_is_a_lut_whichever_they_are(bits):
    parity = np.bitwise_xor.reduce([CODES >> bit & 1 for bit in bits])
    assert (found(parity).luts, found(parity).muxes) == (1, 0)
    assert found(parity * 3).luts == 1, "two equal outputs are one"


def test_of_six_bits_it_is_four_and_what_joins_them():
    bit = np.random.default_rng(1).integers(0, 2, 1 << BITS)
    assert (found(bit).luts, found(bit).muxes) == (4, 3)


def test_every_lane_has_its_own():
    bit = np.random.default_rng(1).integers(0, 2, 1 << BITS)
    assert found(bit, features=3).luts == 12


@given(st.lists(st.integers(-512, 511), min_size=1 << BITS, max_size=1 << BITS))
def test_no_table_takes_more_than_its_columns(values):
    made = found(values)
    assert made.luts <= 4 * 10 and made.muxes <= 3 * 10
    assert bool(made.nodes) == (len(set(values)) > 1)


def test_a_choice_between_values_is_none():
    circuit = Circuit()
    a, b = circuit.input(0, 0, 15), circuit.input(1, 0, 15)
    circuit.outputs = [circuit.larger(a, b)]
    assert lookups(circuit, circuit.live()) == Lookups(frozenset(), 0, 0)


@pytest.mark.parametrize(("lo", "hi", "shift"), [(-32, 31, 0), (-5, 20, 0), (0, 15, 0), (0, 15, 2), (-8, 7, 2)])
def test_what_is_looked_up_is_what_the_circuit_gives(lo, hi, shift):
    """Bits above a value's width are its sign, or zero; those below a shift are zero."""
    values = np.random.default_rng(2).integers(-500, 500, 1 << BITS)
    circuit = Circuit()
    x = circuit.input(0, lo, hi) << shift
    circuit.outputs = Table(Fixed(BITS, 0), values, Fixed(10, 0), 1).circuit(circuit, [x])
    (top,), inputs = circuit.outputs, np.arange(lo, hi + 1)
    tables: dict = {}
    for i in circuit.live():
        if made := circuit.nodes[i].op is Op.CHOOSE and _table(circuit, i, tables):
            tables[i] = made
    table = tables[top.node]
    codes = sum((inputs >> bit & 1) << i for i, bit in enumerate(table.bits))
    assert (table.values[codes] << top.shift == circuit.run(inputs[:, None])[:, 0]).all()


def test_a_table_that_decides_for_another_is_counted():
    circuit = Circuit()
    odd = np.random.default_rng(3).integers(0, 2, 16)
    (condition,) = Table(Fixed(4, 0, signed=False), odd, Fixed(2, 0), 1).circuit(circuit, [circuit.input(0, 0, 15)])
    circuit.outputs = [circuit.choose(condition, circuit.const(5), circuit.const(2))]
    assert lookups(circuit, circuit.live()).luts == 1


def test_wide_values_decide_by_the_bits_that_are_asked():
    circuit = Circuit()
    a, b = circuit.input(0, -(1 << 40), 1 << 40), circuit.input(1, 0, 7)
    five_two = circuit.const(5), circuit.const(2)
    circuit.outputs = [circuit.choose(circuit.sign(a), b, circuit.const(1)), circuit.choose(circuit.sign(a), *five_two)]
    assert lookups(circuit, circuit.live()).luts == 0
