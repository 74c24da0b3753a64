"""Two rungs that differ, layer by layer: which layer is first, and each cause from its own evidence."""

import numpy as np
import pytest
import small

from edgeflow.fixedpoint import Fixed
from edgeflow.verify import ladder, layers
from edgeflow.verify.cause import cause

Y = Fixed(4, 2)  # -2 to 1.75 in steps of 0.25


def reals(*values):
    return np.array(values, float)


@pytest.mark.parametrize(
    ("expected", "got", "exact", "why"),
    [
        ((1.5, -1.0), (-2.5, 3.0), None, "overflow"),  # sixteen steps, wrapped once
        ((1.75, -2.0), (0.25, 1.0), (4.25, -3.0), "overflow"),  # one saturates, the other wraps
        ((1.0, -0.25), (1.25, -0.5), None, "rounding"),
        ((1.0, -0.25), (1.25, -0.5), (1.1, -0.3), "rounding"),
        ((1.0, -0.25), (1.25, -0.5), (1.125, -0.375), "tie"),
        ((1.0, 1.5), (0.5, 0.75), None, "scale"),
        ((1.0, 1.5), (0.5, 1.0), None, ""),
        ((1.0,), (0.5,), None, ""),  # one value fits every factor
        ((0.0, 1.5), (0.0, 0.75), None, ""),
    ],
)
def test_each_cause_needs_its_evidence(expected, got, exact, why):
    exact = None if exact is None else reals(*exact)
    assert cause(reals(*expected), reals(*got), Y, exact) == why


def test_a_table_is_its_own_cause():
    assert cause(reals(1.0), reals(1.25), Y, table=True) == "table"


def traced(changes=None):
    """The network's own values, with some layers' changed."""
    values = layers.trace(small.network(), small.frames())
    for name, change in (changes or {}).items():
        values[name] = change(values[name].copy())
    return values


def one_step(sample, channel, step=0.25):
    def change(values):
        values[sample, channel] += step
        return values

    return change


def test_equal_layers_have_no_spot():
    assert layers.first_layer(traced(), traced(), small.network(), small.frames()) is None


def test_the_first_layer_that_differs_is_named_with_its_cause():
    wrong = traced({"relu": one_step(7, 2), "second": one_step(7, 0)})
    spot = layers.first_layer(traced(), wrong, small.network(), small.frames())
    assert (spot.layer, spot.row, spot.channel, spot.got - spot.expected) == ("relu", 7, 2, 0.25)
    assert spot.why == "rounding"


def test_layers_that_one_side_lacks_are_passed_over():
    right = {name: values for name, values in traced().items() if name != "relu"}
    wrong = traced({"relu": one_step(7, 2), "second": one_step(8, 1, 1 / 16)})
    assert layers.first_layer(right, wrong, small.network(), small.frames()).layer == "second"


@pytest.mark.parametrize("change", [lambda v: v / 2, lambda v: v + 2.0 ** Fixed(11, 4).width])
def test_the_ladder_asks_for_frames_that_differ_alone(change):
    """Frames 3 and 11 differ at the end; of these the rungs are asked, and their numbers come back."""
    model, x, asked = small.network(), small.frames(), []
    logits = model.output.real(model.run(x))
    other = logits.copy()
    other[[3, 11]] += 1

    def right(frames):
        asked.append(frames.tolist())
        return layers.trace(model, x[frames])

    def wrong(frames):
        values = layers.trace(model, x[frames])
        return values | {"first": change(values["first"])}

    rungs = [ladder.Rung("qkeras", logits, trace=right), ladder.Rung("csim", other, trace=wrong)]
    count, difference = ladder.compare(rungs, model, x)
    assert (count, asked) == (2, [[3, 11]])
    assert (difference.rung, difference.layer, difference.sample) == ("csim", "first", 3)
    assert "first in layer first, sample 3, channel 0" in str(difference)


def test_a_rung_without_a_trace_names_the_last_layer_and_its_cause():
    model, x = small.network(), small.frames()
    logits = model.output.real(model.run(x))
    step = 2.0**-model.output.frac
    _, difference = ladder.compare([ladder.Rung("qkeras", logits), ladder.Rung("csim", logits + step)], model, x)
    assert (difference.layer, difference.sample, difference.channel, difference.why) == ("second", 0, 0, "rounding")
    assert str(difference).endswith("cause: rounding")
