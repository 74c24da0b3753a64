"""Step functions as layers: every way gives the function itself on every value of the input."""

from fractions import Fraction
from math import ceil

import numpy as np
import pick as choose
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeflow.fixedpoint import Fixed
from edgeflow.frontends import _steps
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._lines import line_between
from edgeflow.frontends._nodes import Cast
from edgeflow.frontends._steps import Steps, realize
from edgeflow.frontends._twice import rounded_twice
from edgeflow.network.network import INPUT, Network

WAYS = {"threshold": _steps._threshold, "line": _steps._line, "table": _steps._table}


def value(x, features):
    return Value(INPUT, x, (features,), Cast(x))


def network(x, steps, rows):
    draft = Draft("y")
    realize(draft, "y", value(x, len(rows)), steps, rows)
    return Network("steps", tuple(draft.layers))


def everything(x, rows):
    return np.arange(x.lo, x.hi + 1)[:, None].repeat(len(rows), axis=1)


def expected(steps, x, rows):
    return np.stack([steps.of(x[:, i], row) for i, row in enumerate(rows)], axis=1)


def evenly(slopes, offsets, count, lo):
    """floor(slope * x + offset), from its own steps."""
    exact = [(abs(Fraction(a)), Fraction(b)) for a, b in zip(slopes, offsets, strict=True)]  # doubles may miss a tie
    at = [[ceil((k - b) / a) for k in range(1, count + 1)] for a, b in exact]
    return Steps(np.array(at), np.array(slopes) < 0, lo)


@settings(max_examples=60, deadline=None)
@given(pick=choose.picks())
def test_any_steps_become_layers_that_compute_them(pick):
    x, count = Fixed(pick(1, 8), 0, bool(pick(0, 1))), pick(1, 20)
    at = np.sort(choose.matrix(pick, x.lo - 9, x.hi + 9, pick(1, 3), count), axis=1)
    steps = Steps(at, np.array([bool(pick(0, 1)) for _ in at]), pick(-9, 3))
    rows = np.tile(np.arange(len(at)), pick(1, 3))
    frames = everything(x, rows)
    assert np.array_equal(network(x, steps, rows).run(frames), expected(steps, frames, rows))


@settings(max_examples=60, deadline=None)
@given(
    slope=st.floats(1e-4, 3), offset=st.floats(-300, 300), falls=st.booleans(),
    count=st.integers(1, 255), lo=st.integers(-128, 0), width=st.integers(2, 12),
)  # fmt: skip
def test_evenly_spaced_steps_have_a_line(slope, offset, falls, count, lo, width):
    x, steps = Fixed(width), evenly([slope], [offset], count, lo)
    steps = Steps(steps.at, np.array([falls]), lo)
    chain = _steps._line(x, steps, 1)
    assert chain is not None
    frames = y = everything(x, [0])
    for kernel in chain:
        y = kernel.golden(y)
    assert np.array_equal(y, expected(steps, frames, [0]))


def test_a_scale_that_is_no_power_of_two_takes_few_bits():
    steps = evenly([0.0173], [-1.2], 15, 0)
    scale, *_ = _steps._line(Fixed(14), steps, 1)
    assert scale.scale.bit_length() <= 12


def test_unevenly_spaced_steps_have_no_line_and_become_comparisons():
    steps = Steps(np.array([[1, 2, 40, 41, 90]]), np.array([False]), 0)
    assert _steps._line(Fixed(8), steps, 3) is None
    assert [type(layer.kernel).__name__ for layer in network(Fixed(9), steps, np.zeros(3, int)).layers] == ["Threshold"]


def test_steps_far_outside_bound_nothing():
    steps = Steps(np.array([[-_steps.FAR, 3, 7, _steps.FAR]]), np.array([False]), -2)
    frames = everything(Fixed(5), [0, 0])
    assert np.array_equal(network(Fixed(5), steps, np.zeros(2, int)).run(frames), expected(steps, frames, [0, 0]))


def test_a_channel_that_is_constant_keeps_the_line_of_the_others():
    steps = Steps(np.array([[-60, -20, 20], [_steps.FAR] * 3, [-_steps.FAR] * 3]), np.zeros(3, bool), 0)
    assert _steps._line(Fixed(8), steps, 2) is not None


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_exact(way):
    x, steps = Fixed(8), Steps(np.arange(-70, 80, 10)[None, :], np.array([True]), -7)
    y = frames = everything(x, [0, 0])
    for kernel in WAYS[way](x, steps, 2):
        y = kernel.golden(y)
    assert np.array_equal(y, expected(steps, frames, [0, 0]))


def test_no_line_where_points_contradict():
    assert line_between([(3, 5)], [(4, 5)]) is not None  # it may fall
    assert line_between([(3, 5), (9, 5)], [(6, 5)]) is None


def twice(x, slope, bits, zero, lo, hi):
    """``slope * x`` half up on a grid finer by ``bits``, then half away from zero, plus ``zero``, limited."""
    fine = np.floor(slope * 2.0**bits * x + 0.5).astype(np.int64)
    half = 1 << (bits - 1)
    return np.clip(((fine + half - (fine < 0)) >> bits) + zero, lo, hi)


@settings(max_examples=40, deadline=None)
@given(pick=choose.picks())
def test_functions_that_were_rounded_twice(pick):
    """Channels of different slopes and different grids; a line alone rarely serves them."""
    x, zero, channels = Fixed(pick(6, 13)), pick(-128, 127), pick(1, 3)
    lo, hi = max(-128, zero - pick(1, 200)), min(127, zero + pick(1, 200))
    bits, slopes = [pick(1, 12) for _ in range(channels)], [pick(1, 9999) / 10000 for _ in range(channels)]
    every = np.arange(x.lo, x.hi + 1)
    wanted = np.stack([twice(every, *each, zero, lo, hi) for each in zip(slopes, bits, strict=True)])
    if lo >= hi:
        return
    found = [np.searchsorted(row, np.arange(lo + 1, hi + 1)) for row in wanted]
    at = np.concatenate([every, [_steps.FAR]])[np.stack(found)]
    steps = Steps(at, np.zeros(channels, bool), lo, np.array(bits), zero)
    chain = rounded_twice(x, steps, 1)
    assert chain is not None
    y = every[:, None].repeat(channels, axis=1)
    for kernel in chain:
        y = kernel.golden(y)
    assert np.array_equal(y, wanted.T)
