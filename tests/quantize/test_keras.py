"""Float Keras files: the graph that is quantized computes what Keras computes."""

import json

import numpy as np
import pytest

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.frontends import qonnx
from edgeflow.quantize import _data, flow
from edgeflow.quantize._calibrate import Bits
from edgeflow.quantize._keras import read_keras
from edgeflow.quantize._keras_checks import KINDS
from edgeflow.quantize._session import output

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def keras():
    from edgeflow.training._keras import keras

    keras.utils.set_random_seed(1)
    return keras


def dense(keras):
    layers = keras.layers
    return keras.Sequential(
        [layers.Dense(16, activation="relu", input_shape=(12,)), layers.BatchNormalization(), layers.ReLU(6.0),
         layers.Dropout(0.5), layers.Dense(5, use_bias=False), layers.Softmax()]
    )  # fmt: skip


def image(keras):
    layers = keras.layers
    x = start = layers.Input((8, 8, 2), name="image")
    x = layers.Conv2D(4, 3, padding="same", strides=2, use_bias=False)(x)
    x = y = layers.Activation("relu")(layers.BatchNormalization(scale=False)(x))
    y = layers.DepthwiseConv2D(3, padding="same", activation="relu6")(y)
    x = layers.Add()([x, layers.Conv2D(4, 1)(y)])
    x = layers.MaxPooling2D(2)(layers.ReLU()(x))
    x = layers.Conv2D(6, (1, 2), dilation_rate=1, activation="relu")(x)
    x = layers.AveragePooling2D((2, 1))(x)
    return keras.Model(start, layers.Dense(3, activation="softmax")(layers.Flatten()(x)))


def averaged(keras):
    layers = keras.layers
    x = start = layers.Input((6, 6, 1))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(x))
    return keras.Model(start, layers.Dense(3)(x))


def uneven(model):
    """Weights and statistics as training leaves them, biases not zero."""
    random = np.random.default_rng(3)
    for layer in model.layers:
        layer.set_weights([w + abs(random.normal(0, 0.2, w.shape)) for w in layer.get_weights()])
    return model


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("make", [dense, image, averaged])
def test_the_graph_computes_what_keras_computes(keras, tmp_path, make, suffix):
    model = uneven(make(keras))
    model.save(tmp_path / f"net.{suffix}")
    read = read_keras(tmp_path / f"net.{suffix}")
    x = np.random.default_rng(1).normal(0, 1, (300, *model.input_shape[1:])).astype(np.float32)
    logits = output(read.graph, read.opset, x)
    if make is not averaged:
        assert "left out" in read.notices[0]
        logits = np.exp(logits - logits.max(axis=1, keepdims=True))
        logits /= logits.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(logits, model.predict(x, verbose=0), rtol=1e-4, atol=1e-5)
    samples = _data.Samples(x[:200], x[200:], None, "random")
    made = flow.quantize(read, "net", samples, flow.Wish(Bits(4, 4, 6)), lambda text: None)
    made.save(tmp_path / "net.onnx")
    assert qonnx.lower(tmp_path / "net.onnx", "net").entry.shape == model.input_shape[1:]
    assert made.report.corrected.snr_db > 8


def test_layers_without_a_twin_are_named_at_once(keras, tmp_path):
    layers = keras.layers
    model = keras.Sequential(
        [layers.Dense(4, activation="tanh", input_shape=(12,), name="bent"), layers.LeakyReLU(name="leaky"),
         layers.Dense(3, name="fine")]
    )  # fmt: skip
    model.save(tmp_path / "net.keras")
    with pytest.raises(UnsupportedLayerError) as refused:
        read_keras(tmp_path / "net.keras")
    assert "'bent'" in str(refused.value) and "'leaky'" in str(refused.value) and "'fine'" not in str(refused.value)


def test_a_batch_norm_over_rows_is_refused(keras, tmp_path):
    keras.Sequential([keras.layers.BatchNormalization(axis=1, input_shape=(4, 4, 4)), keras.layers.Flatten()]).save(
        tmp_path / "net.keras"
    )
    with pytest.raises(InputError, match="only the last one"):
        read_keras(tmp_path / "net.keras")


@pytest.mark.parametrize("content", [b"", b"no model", json.dumps({"class_name": "Lambda"}).encode()], ids=range(3))
def test_other_files_end_in_a_sentence(tmp_path, content):
    (tmp_path / "net.h5").write_bytes(content)
    with pytest.raises(InputError, match="no Keras model"):
        read_keras(tmp_path / "net.h5")


def test_every_kind_that_is_known_is_written():
    from edgeflow.quantize._keras import LAYERS

    assert set(LAYERS) == set(KINDS)
