"""Files of TensorFlow's own converter: full integer quantization of small Keras models, per channel."""

import numpy as np
import pytest
from test_tflite import mismatches

from edgeflow.frontends import tflite

pytestmark = pytest.mark.train

FRAMES = 1000


def mlp(layers):
    return layers.Input((16,)), [layers.Dense(24, "relu"), layers.Dense(12, "relu6"), layers.Dense(5)]


def mlp_with_curves(layers):
    curves = [layers.Dense(12, "tanh"), layers.Dense(12, "sigmoid"), layers.LeakyReLU()]
    return layers.Input((16,)), [*curves, layers.Dense(5)]


def cnn(layers):
    return layers.Input((8, 8, 3)), [
        layers.Conv2D(6, 3, padding="same", activation="relu"),
        layers.DepthwiseConv2D(3, strides=2, padding="same"),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.ZeroPadding2D(1),
        layers.Conv2D(8, 3, activation="relu"),
        layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(4),
        layers.Softmax(),
    ]


def upsampled(layers):
    return layers.Input((4, 4, 2)), [
        layers.SeparableConv2D(4, 3, padding="valid"),
        layers.Resizing(4, 6, "nearest"),
        layers.MaxPooling2D(3, 1, "same"),
        layers.Conv2D(3, (2, 1)),
        layers.GlobalAveragePooling2D(),
    ]


def line(layers):
    return layers.Input((12, 2)), [
        layers.Conv1D(4, 3, strides=2, activation="relu"),
        layers.GlobalMaxPooling1D(),
        layers.Reshape((2, 2)),
        layers.Permute((2, 1)),
        layers.Flatten(),
        layers.Dense(3),
    ]


def sequential(tf, parts):
    first, rest = parts
    y = first
    for layer in rest:
        y = layer(y)
    return tf.keras.Model(first, y)


def residual(tf):
    layers = tf.keras.layers
    x = layers.Input((6, 6, 3))
    a = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    b = layers.Conv2D(4, 1)(a)
    both = layers.Concatenate()([layers.ReLU()(layers.Add()([a, b])), layers.Multiply()([a, b])])
    return tf.keras.Model(x, layers.Dense(4)(layers.GlobalAveragePooling2D()(layers.Subtract()([both, both * 0.3]))))


def converted(tf, model, floats, per_channel=True):
    random = np.random.default_rng(0)
    samples = [random.normal(0, 1, (1, *model.inputs[0].shape[1:])).astype(np.float32) for _ in range(100)]
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([sample] for sample in samples)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter._experimental_disable_per_channel = not per_channel
    if not floats:
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


@pytest.mark.parametrize("floats", [False, True])
@pytest.mark.parametrize("make", [mlp, mlp_with_curves, cnn, upsampled, line, residual])
def test_a_converted_model_equals_the_interpreter(make, floats, tmp_path):
    import tensorflow as tf

    tf.keras.utils.set_random_seed(3)
    model = make(tf) if make is residual else sequential(tf, make(tf.keras.layers))
    path = tmp_path / "model.tflite"
    path.write_bytes(converted(tf, model, floats))
    assert path.stat().st_size < 40_000
    wrong, values = mismatches(path, FRAMES)
    assert wrong == 0 and values > 2


def test_per_tensor_weights(tmp_path):
    import tensorflow as tf

    tf.keras.utils.set_random_seed(4)
    path = tmp_path / "model.tflite"
    path.write_bytes(converted(tf, sequential(tf, cnn(tf.keras.layers)), False, per_channel=False))
    assert mismatches(path, FRAMES)[0] == 0


@pytest.mark.parametrize("how", ["float", "dynamic range", "float16"])
def test_what_is_not_quantized_in_full_is_refused_by_name(how, tmp_path):
    import tensorflow as tf

    from edgeflow.errors import UnsupportedLayerError

    converter = tf.lite.TFLiteConverter.from_keras_model(sequential(tf, mlp(tf.keras.layers)))
    converter.optimizations = [] if how == "float" else [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16] if how == "float16" else []
    path = tmp_path / "model.tflite"
    path.write_bytes(converter.convert())
    with pytest.raises(UnsupportedLayerError, match="convert with full integer quantization"):
        tflite.lower(path, "net")
