"""Casts and quantization against exact fractions, exhaustively at small widths, and against hls4ml's own ap_fixed."""

import importlib.util
import subprocess
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Overflow, Rounding, cast, fixed_for, limit, quantize, round_shift

sys.path.append(str(Path(__file__).parent / "kernels"))
import apfixed

MODES = list(product(Rounding, Overflow))
# (x width, x frac, y width, y frac): fewer, equal and more fraction bits, frac below 0 and above the width
SHAPES = [
    (6, 3, 4, 1),
    (6, 0, 4, 2),
    (5, 7, 3, 5),
    (5, -2, 4, -4),
    (4, 9, 4, 0),
    (5, 1, 8, 6),
    (4, 2, 1, 0),
    (1, 0, 1, 0),
]
# ap_fixed itself ends with an assertion where more bits are dropped than there are.
AP_SHAPES = [(6, 3, 4, 1), (5, 0, 4, 2), (5, -2, 4, -4), (4, 6, 3, 3), (4, 2, 1, 0)]
SIGNS = list(product((True, False), repeat=2))


def exact(x, x_frac, y, rounding, overflow):
    return apfixed.cast(x, x_frac, y.width, y.frac, y.signed, str(rounding), str(overflow))


@pytest.mark.parametrize(("rounding", "overflow"), MODES)
def test_cast_of_every_value(rounding, overflow):
    for (x_width, x_frac, y_width, y_frac), (x_signed, y_signed) in product(SHAPES, SIGNS):
        x_format, y = Fixed(x_width, x_frac, x_signed), Fixed(y_width, y_frac, y_signed)
        x = np.arange(x_format.lo, x_format.hi + 1)
        expected = [exact(int(v), x_frac, y, rounding, overflow) for v in x]
        assert cast(x, x_frac, y, rounding, overflow).tolist() == expected, (x_format, y)


@given(
    x=st.integers(-(2**61), 2**61 - 1),
    x_frac=st.integers(-70, 70),
    y=st.builds(Fixed, st.integers(1, 62), st.integers(-70, 70), st.booleans()),
    modes=st.sampled_from(MODES),
)
def test_cast_at_any_width_and_distance(x, x_frac, y, modes):
    assert cast(np.array([x]), x_frac, y, *modes).tolist() == [exact(x, x_frac, y, *modes)]


@given(
    real=st.floats(allow_nan=False, allow_infinity=False),
    y=st.builds(Fixed, st.integers(1, 62), st.integers(-80, 80), st.booleans()),
    modes=st.sampled_from(MODES),
)
def test_quantize_of_any_float(real, y, modes):
    if abs(Fraction(real)) >= Fraction(2) ** (60 - y.frac):
        with pytest.raises(InputError, match="too large"):
            quantize(np.array([real]), y, *modes)
    else:
        whole = apfixed.rounded(Fraction(real) * Fraction(2) ** y.frac, str(modes[0]))
        expected = apfixed.limited(whole, y.width, y.signed, str(modes[1]))
        assert quantize(np.array([real]), y, *modes).tolist() == [expected]


@pytest.mark.parametrize("modes", MODES)
def test_quantize_on_and_beside_every_tie(modes):
    y = Fixed(4, 1)
    ties = np.arange(-40, 41) / 8
    reals = np.concatenate([ties, np.nextafter(ties, np.inf), np.nextafter(ties, -np.inf)])
    expected = [apfixed.limited(apfixed.rounded(Fraction(r) * 2, str(modes[0])), 4, True, str(modes[1])) for r in reals]
    assert quantize(reals, y, *modes).tolist() == expected
    assert quantize(reals[:81].astype(np.float32), y, *modes).tolist() == expected[:81]


@pytest.mark.parametrize("real", [np.nan, np.inf, -np.inf, 1e300])
def test_what_is_no_number_is_refused(real):
    with pytest.raises(InputError, match=r"fixed point: .* not finite or too large for s8.4"):
        quantize(np.array([[0.0, real], [1.0, 2.0]]), Fixed(8, 4), Rounding.RND, Overflow.SAT)


def test_nothing_is_quantized_to_nothing():
    assert quantize(np.zeros((0, 3)), Fixed(8), Rounding.RND, Overflow.SAT).shape == (0, 3)


@pytest.mark.parametrize("width", [0, -1, 63])
def test_widths_that_int64_cannot_hold_are_refused(width):
    with pytest.raises(InputError, match=rf"width = {width} is outside 1..62 bits"):
        Fixed(width)


@given(st.integers(-(2**61), 2**61 - 1), st.integers(-(2**61), 2**61 - 1))
def test_fixed_for_is_the_narrowest(a, b):
    lo, hi = min(a, b), max(a, b)
    y = fixed_for(lo, hi, 3)
    assert y.lo <= lo
    assert hi <= y.hi
    assert y.signed == (lo < 0)
    if y.width > 1 + y.signed:
        narrower = Fixed(y.width - 1, 3, y.signed)
        assert lo < narrower.lo or hi > narrower.hi


def test_formats_say_their_range_and_value():
    assert (Fixed(4).lo, Fixed(4).hi, Fixed(4, 0, False).lo, Fixed(4, 0, False).hi) == (-8, 7, 0, 15)
    assert (str(Fixed(6, 4)), str(Fixed(3, -1, False))) == ("s6.4", "u3.-1")
    assert Fixed(8, -2).real(np.array([3])).tolist() == [12.0]


def test_limit_and_round_keep_shapes():
    x = np.arange(-8, 8).reshape(2, 8)
    for rounding, overflow in MODES:
        assert limit(round_shift(x, 1, rounding), Fixed(3), overflow).shape == (2, 8)


@pytest.mark.tools
def test_cast_is_hls4ml_s_ap_fixed(tmp_path):
    """Every value of small formats through the C++ type itself: all roundings and overflows, one compilation."""
    types = Path(importlib.util.find_spec("hls4ml").origin).parent / "templates" / "vivado" / "ap_types"
    cases = [
        (Fixed(xw, xf, xs), Fixed(yw, yf, ys), modes)
        for (xw, xf, yw, yf), (xs, ys), modes in product(AP_SHAPES, SIGNS, MODES)
    ]
    lines = []
    for x, y, (rounding, overflow) in cases:
        source, result = _cxx(x, "TRN", "WRAP"), _cxx(y, rounding, overflow)
        lines.append(f"run<{source}, {result}>({x.lo}LL, {x.hi}LL, {x.width}, {y.width});")
    (tmp_path / "casts.cpp").write_text(CXX + "int main() {\n" + "\n".join(lines) + "\n}\n")
    flags = ["-std=c++14", "-O0", "-w", f"-I{types}"]
    subprocess.run(["g++", *flags, "casts.cpp", "-o", "casts"], cwd=tmp_path, check=True)
    said = subprocess.run([tmp_path / "casts"], capture_output=True, text=True, check=True).stdout.splitlines()
    for (x, y, modes), line in zip(cases, said, strict=True):
        ours = cast(np.arange(x.lo, x.hi + 1), x.frac, y, *modes)
        codes = [value & ((1 << y.width) - 1) for value in ours.tolist()]
        assert codes == [int(code) for code in line.split()], (x, y, modes)


def _cxx(y: Fixed, rounding: str, overflow: str) -> str:
    name = "ap_fixed" if y.signed else "ap_ufixed"
    return f"{name}<{y.width}, {y.width - y.frac}, AP_{rounding}, AP_{overflow}>"


CXX = """
#include <cstdio>
#include "ap_fixed.h"
template <class X, class Y> void run(long long lo, long long hi, int x_width, int y_width) {
    for (long long code = lo; code <= hi; code++) {
        X x;
        for (int i = 0; i < x_width; i++) x[i] = (code >> i) & 1;
        Y y = x;
        unsigned long long bits = 0;
        for (int i = 0; i < y_width; i++) bits |= (unsigned long long)(bool)y[i] << i;
        std::printf("%llu ", bits);
    }
    std::printf("\\n");
}
"""
