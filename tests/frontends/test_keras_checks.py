"""Nothing converts to something else than the Keras model, silently: it is exact, or refused by name."""

import numpy as np
import pytest

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends.hls4ml_graph import Verdict, lower

pytestmark = pytest.mark.train

FRAMES = 300
EXACT = ("everything", "normalized ternary", "separable", "binary on both sides", "hard tanh", "leaky", "whole numbers")


def inputs(model) -> np.ndarray:
    """On a grid finer than the input's and beyond its range, so that its rounding and its limits count."""
    shape = (FRAMES, *model.input_shape[1:])
    return (np.random.default_rng(2).integers(-80, 80, shape) / 32).astype(np.float32)


def outputs(model, x) -> np.ndarray:
    return np.asarray(model(x), np.float64).reshape(len(x), -1)


@pytest.mark.parametrize("name", EXACT)
def test_network_equals_keras(name):
    """The graph alone, without csim: lowering equals csim (test_lowering.py)."""
    import keras_models

    from edgeflow.frontends import _nodes, qkeras
    from edgeflow.frontends._casts import input_cast
    from edgeflow.frontends._quiet import quiet

    assert set(keras_models.EXACT) == set(EXACT)
    model = keras_models.built(keras_models.EXACT, name)
    assert Verdict.REFUSED not in {finding.verdict for finding in qkeras.examine(model)}
    with quiet():
        nodes = _nodes.read(qkeras.graph_of(model))
    _nodes.check_weights(nodes)
    network, x = lower(nodes, "net"), inputs(model)
    wanted = outputs(model, x)
    assert len(np.unique(wanted)) > 3
    frames = input_cast(nodes).of_reals(x.reshape(FRAMES, -1).astype(np.float64))
    assert np.array_equal(network.output.real(network.run(frames)), wanted)


@pytest.mark.tools
def test_csim_equals_keras_where_bit_exact_alone_would_not(tmp_path):
    import keras_models

    from edgeflow.frontends.qkeras import convert_model

    model = keras_models.built(keras_models.EXACT, "everything")
    firmware, x = convert_model(model, "everything", 100.0, tmp_path / "firmware"), inputs(model)
    assert np.array_equal(firmware.predict(x.reshape(FRAMES, -1)), outputs(model, x))


def test_what_would_not_convert_exactly_is_refused_by_name(tmp_path):
    import keras_models

    from edgeflow.frontends.qkeras import convert_model, examine

    for name, (_, _, said) in keras_models.REFUSED.items():
        model = keras_models.built(keras_models.REFUSED, name)
        refused = [str(finding) for finding in examine(model) if finding.verdict is Verdict.REFUSED]
        assert any(said in line for line in refused), (name, refused)
        if name != "sizes":  # lowering finds that one
            with pytest.raises(UnsupportedLayerError) as error:
                convert_model(model, "none", 100.0, tmp_path / "none")
            assert said in str(error.value)


def test_an_input_without_a_type_is_refused():
    import keras_models

    from edgeflow.frontends.qkeras import examine

    found = examine(keras_models.unquantized())
    assert [f.name for f in found if f.verdict is Verdict.REFUSED] == ["features"]
    assert "nothing says the input's type" in found[0].how


def test_every_refused_layer_is_named_at_once():
    import keras_models as k

    from edgeflow.frontends.qkeras import examine

    gru = k.layers.GRU(2, return_sequences=True, name="a")
    found = examine(k.model((7, 2), lambda x: k.layers.LSTM(3, name="b")(gru(x))))
    assert {finding.name: finding.verdict.value for finding in found} == {
        "features": "supported", "quantized": "supported", "a": "refused", "b": "refused"
    }  # fmt: skip
