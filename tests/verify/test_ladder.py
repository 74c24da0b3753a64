"""The ladder names the first rung that differs; where that is RTL, the first layer whose hardware is wrong."""

import numpy as np
import pytest
import small

from edgeflow.errors import MismatchError
from edgeflow.rtl import library
from edgeflow.verify import ladder, locate, verification
from edgeflow.verify.verification import Difference


def rungs(*logits):
    names = ("qkeras", "csim", "Network", "RTL")
    return [ladder.Rung(name, np.array(values, float)) for name, values in zip(names, logits, strict=True)]


GOOD = [[0.5, 1.0], [2.0, -1.0], [0.0, 0.25]]


def changed(sample, channel, by=1.0):
    values = np.array(GOOD)
    values[sample, channel] += by
    return values.tolist()


def test_equal_rungs_have_no_difference():
    assert ladder.compare(rungs(GOOD, GOOD, GOOD, GOOD), small.network(), small.frames()) == (0, None)


@pytest.mark.parametrize(
    ("place", "rung", "against"), [(1, "csim", "qkeras"), (2, "Network", "csim"), (3, "RTL", "Network")]
)
def test_the_first_rung_that_differs_is_named(place, rung, against):
    logits = [GOOD] * place + [changed(1, 1, 2**-40)] * (4 - place)
    wrong, difference = ladder.compare(rungs(*logits), small.network(), small.frames())
    assert wrong == 1
    assert difference == Difference(rung, against, "second", 1, 1, -1.0, -1.0 + 2**-40)


def test_frames_are_counted_once_and_the_first_rung_wins():
    logits = [GOOD, changed(2, 0), changed(2, 1), changed(0, 0)]
    wrong, difference = ladder.compare(rungs(*logits), small.network(), small.frames())
    assert wrong == 2
    assert (difference.rung, difference.sample, difference.channel) == ("csim", 2, 0)


def test_evidence_survives_the_disk(tmp_path):
    difference = Difference("RTL", "Network", "second", 1, 2, 0.5, -1.0, "full rate")
    evidence = verification.Verification(
        4, 4, 3, 1, difference, {"rtl": 0.5}, 9, 2, ("full rate",), 7, "Verilator 5", None
    )
    evidence.save(tmp_path)
    assert verification.load(tmp_path) == evidence


@pytest.mark.tools
@pytest.mark.parametrize(
    ("which", "against"), [("framework", "csim differs from qkeras"), ("csim", "csim differs from")]
)
def test_upper_rungs_are_named_though_the_hardware_is_right(store, which, against):
    model = small.network()
    logits = model.output.real(model.run(small.frames()))
    logits[3, 1] += model.output.real(np.array(1))
    result = small.verify(small.design(), store, **{which: logits})
    with pytest.raises(MismatchError, match=f"{against}.* sample 3, channel 1"):
        ladder.check(result, small.design())


def library_with(monkeypatch, module, old, new):
    """Break a module of the library for everything that is generated from now on."""
    source = library.source
    assert old in source(module)
    monkeypatch.setattr(library, "source", lambda m: source(m).replace(old, new) if m == module else source(m))


@pytest.mark.tools
@pytest.mark.parametrize(
    ("module", "old", "new", "layer"),
    [
        ("ef_dense", "{XSigned && beat_q", "{1'b0 && beat_q", "first"),
        ("ef_skid", "assign m_axis_tdata  = full_q", "assign m_axis_tdata  = ~full_q", "relu"),
    ],
)
def test_a_broken_module_is_found_in_the_layer_that_uses_it(store, monkeypatch, module, old, new, layer):
    library_with(monkeypatch, module, old, new)
    result = small.verify(small.design(), store, locate.regenerator(small.FOLDING, 100.0))
    difference = result.difference
    assert (difference.rung, difference.layer) == ("RTL", layer)
    names = [layer.name for layer in small.network().layers]
    index = names.index(layer)
    expected = small.network().trace(small.frames())[index][difference.sample, difference.channel]
    assert difference.expected == small.network().layers[index].kernel.y.real(np.array(expected))
    assert difference.got != difference.expected
    with pytest.raises(MismatchError, match=f"first in layer {layer}, sample"):
        ladder.check(result, small.design())


@pytest.mark.tools
def test_a_design_that_is_not_what_is_generated_keeps_its_last_layer(store):
    """The text was changed by hand: no regenerated layer is wrong, so the output is what is named."""
    design = small.mutated(
        small.design(), "ef_skid.sv", "assign m_axis_tdata  = full_q", "assign m_axis_tdata  = ~full_q"
    )
    difference = small.verify(design, store, locate.regenerator(small.FOLDING, 100.0)).difference
    assert (difference.rung, difference.layer) == ("RTL", "second")
