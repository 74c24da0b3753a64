"""Tables in logic, counted as synthesis builds them: equal functions once, wires for nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.circuit.graph import Circuit
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels.table import Table
from edgeflow.rtl.lookups import Lookups, lookups

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


def test_a_function_of_four_bits_is_a_lut_whichever_they_are():
    parity = CODES & 1 ^ CODES >> 1 & 1
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


@pytest.mark.parametrize("lo", [-32, -5])
def test_a_signed_value_is_looked_up_by_its_code(lo):
    x = Fixed(BITS, 0)
    circuit = Circuit()
    circuit.outputs = Table(x, np.roll(CODES, 3), Fixed(10, 0), 1).circuit(circuit, [circuit.input(0, lo, 20)])
    assert 0 < lookups(circuit, circuit.live()).luts <= 40
