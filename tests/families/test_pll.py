"""The PLLs' dividers: exact, within the data sheets, and what the community's tools find."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow import catalog
from edgeflow.errors import InputError
from edgeflow.families import _family
from edgeflow.families._pll import Pll, solve

FAMILIES = catalog.names("families")
ECP5 = _family.load("ecp5").pll


@pytest.mark.parametrize(
    ("mhz", "dividers"),  # from ecppll 1.4-82-g3afe7b5, 25 MHz in
    [(100, Pll(1, 4, 6, 100.0)), (110, Pll(5, 22, 5, 110.0)), (37.5, Pll(2, 3, 16, 37.5))],
)
def test_dividers_are_those_of_ecppll(mhz, dividers):
    assert solve(ECP5, 25, mhz) == dividers


@pytest.mark.parametrize(
    ("mhz", "dividers"),  # from icepll 2025 with 12 MHz in: DIVR 0, DIVF 63 and 66, DIVQ 5 and 4
    [(24, Pll(1, 64, 32, 24.0)), (50.25, Pll(1, 67, 16, 50.25))],
)
def test_dividers_are_those_of_icepll(mhz, dividers):
    assert solve(_family.load("ice40").pll, 12, mhz) == dividers


@given(st.sampled_from(FAMILIES), st.sampled_from([12.0, 16.0, 25.0, 27.0, 48.0, 100.0]), st.floats(3.125, 625))
def test_a_solution_keeps_the_limits(name, source, wanted):
    limits = _family.load(name).pll
    try:
        pll = solve(limits, source, wanted)
    except InputError as error:
        assert "cannot be made" in str(error)
        return
    product = Fraction(source) * pll.feedback_div / pll.input_div
    output = product / pll.output_div if name == "ice40" else product
    oscillator = product if name == "ice40" else product * pll.output_div
    assert pll.output_mhz == float(output)
    assert abs(output - Fraction(wanted)) <= Fraction(wanted) / 100
    assert limits.oscillator[0] <= oscillator <= limits.oscillator[1]
    assert limits.detector[0] <= Fraction(source) / pll.input_div <= limits.detector[1]
    assert limits.output[0] <= output <= limits.output[1]
    assert pll.input_div in limits.input_divs and pll.output_div in limits.output_divs
    assert pll.feedback_div in limits.feedback_divs


def test_an_impossible_clock_names_the_nearest():
    with pytest.raises(InputError, match=r"clock_mhz = 37 cannot be made from 25 MHz within 1 %: the nearest is 37.5"):
        solve(ECP5, 25, 37)
    with pytest.raises(InputError, match=r"the nearest is 3.125"):
        solve(ECP5, 25, 0.5)
    with pytest.raises(InputError, match=r"it makes 3.125 to 400"):
        solve(ECP5, 25, 900)
