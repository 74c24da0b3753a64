"""The PLL's dividers: exact, within the data sheet, and what the vendor's community tool finds."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.errors import InputError
from edgeflow.implement.pll import Pll, solve


@pytest.mark.parametrize(
    ("mhz", "dividers"),  # from ecppll 1.4-82-g3afe7b5, 25 MHz in
    [(100, Pll(1, 4, 6, 100.0)), (110, Pll(5, 22, 5, 110.0)), (37.5, Pll(2, 3, 16, 37.5))],
)
def test_dividers_are_those_of_ecppll(mhz, dividers):
    assert solve(25, mhz) == dividers


@given(st.sampled_from([12.0, 16.0, 25.0, 48.0, 100.0]), st.floats(3.125, 400))
def test_a_solution_keeps_the_limits(source, wanted):
    try:
        pll = solve(source, wanted)
    except InputError as error:
        assert "cannot be made" in str(error)
        return
    output = Fraction(source) * pll.feedback_div / pll.input_div
    assert pll.output_mhz == float(output)
    assert abs(output - Fraction(wanted)) <= Fraction(wanted) / 100
    assert 400 <= output * pll.output_div <= 800
    assert Fraction(source) / pll.input_div >= Fraction(25, 8)
    assert all(1 <= div <= 128 for div in (pll.input_div, pll.feedback_div, pll.output_div))


def test_an_impossible_clock_names_the_nearest():
    with pytest.raises(InputError, match=r"clock_mhz = 37 cannot be made from 25 MHz within 1 %: the nearest is 37.5"):
        solve(25, 37)
    with pytest.raises(InputError, match=r"the nearest is 3.125"):
        solve(25, 0.5)
    with pytest.raises(InputError, match=r"it makes 3.125 to 400"):
        solve(25, 900)
