"""TensorFlow behind the variables it reads at its import; others take ``tf`` and ``keras`` from here,
and import this before QKeras. Also what every model needs: initial weights, weights in and out, inference.
"""

import os

from edgeflow.training import _arithmetic

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # QKeras and hls4ml's converter know Keras 2 only
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # the models are small, and a GPU is not bit-reproducible
os.environ.update(_arithmetic.variables(os.environ))

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import MissingToolError
from edgeflow.training._quiet import quiet_stderr

try:
    with quiet_stderr():  # TensorFlow writes notes on CPU and GPU there before it reads its own log level
        import tensorflow as tf
        import tf_keras as keras
        from qkeras import QDense, quantized_bits

        tf.config.list_physical_devices()
except ModuleNotFoundError as error:
    missing = f'framework qkeras: no package {error.name}; pip install "edgeflow[qkeras]"'
    raise MissingToolError(missing) from None

from edgeflow.training._trained import LayerWeights, Weights

# Whoever imported TensorFlow before us without the variable gave QKeras the other Keras, whose weights do not train.
assert issubclass(QDense, keras.layers.Dense), "import edgeflow.training before tensorflow"

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.experimental.enable_op_determinism()

DEPTHWISE = (keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)
CHUNK_VALUES = 2**24  # of the largest tensor that inference holds at once


# Of a function whose graph Python's own control flow makes: TensorFlow need not rewrite its source, nor that of all
# that it calls in QKeras, which took half the time of a short training.
as_written = tf.autograph.experimental.do_not_convert


def initialize(model: keras.Model, seed: int) -> keras.Model:
    """He-normal kernels and zero biases from numpy's generator, so that they do not depend on TensorFlow's version."""
    random = np.random.default_rng(seed)
    model.set_weights([random.normal(0, _scale(variable), variable.shape) for variable in model.weights])
    return model


def weights_of(model: keras.Model) -> Weights:
    """The model's weights by layer name; exactly on the grid where a layer has quantizers."""
    return {layer.name: _weights(layer) for layer in model.layers if layer.weights}


def latent_weights_of(model: keras.Model) -> Weights:
    """The floats that training moves, quantizers or not."""
    return {layer.name: LayerWeights(*layer.get_weights()) for layer in model.layers if layer.weights}


def with_weights(model: keras.Model, weights: Weights) -> keras.Model:
    """Set the weights and return the model."""
    for name, layer in weights.items():
        model.get_layer(name).set_weights([layer.kernel, layer.bias])
    return model


def logits_of(model: keras.Model, x: NDArray[np.floating]) -> NDArray[np.floating]:
    """Inference on samples (samples, features), in parts of bounded memory."""
    rows, images = chunk_rows(model), shaped(model, x)
    parts = [model(tf.constant(images[i : i + rows]), training=False) for i in range(0, len(x), rows)]
    return np.concatenate([part.numpy() for part in parts])


def shaped(model: keras.Model, x: NDArray[np.floating]) -> NDArray[np.floating]:
    """Flat samples as the model takes them."""
    return x.reshape(len(x), *model.input_shape[1:])


@contextmanager
def float64() -> Iterator[None]:
    """Models made and run inside compute in float64."""
    keras.backend.set_floatx("float64")
    try:
        yield
    finally:
        keras.backend.set_floatx("float32")


def chunk_rows(model: keras.Model) -> int:
    """Samples of one part of an inference."""
    return max(1, CHUNK_VALUES // max(prod(layer.output_shape[1:]) for layer in model.layers[1:]))


def _scale(variable: tf.Variable) -> float:
    """A depthwise kernel (height, width, channels, 1) sums over its window alone, any other over all but the last."""
    if len(variable.shape) == 1:
        return 0.0
    inputs = variable.shape[:-2] if "depthwise" in variable.name.split("/")[-1] else variable.shape[:-1]
    return float(np.sqrt(2 / prod(inputs)))


def hidden_of(model: keras.Model, x: NDArray[np.floating]) -> NDArray[np.floating]:
    """What the output layer takes, (samples, values)."""
    return logits_of(keras.Model(model.inputs, model.layers[-1].input), x)


def kernel_of(layer: keras.layers.Layer) -> tf.Variable:
    return layer.depthwise_kernel if isinstance(layer, DEPTHWISE) else layer.kernel


def _weights(layer: keras.layers.Layer) -> LayerWeights:
    depthwise = isinstance(layer, DEPTHWISE)
    quantizer = "depthwise_quantizer_internal" if depthwise else "kernel_quantizer_internal"
    return LayerWeights(
        _quantized(kernel_of(layer), getattr(layer, quantizer, None)),
        _quantized(layer.bias, getattr(layer, "bias_quantizer_internal", None)),
    )


def _quantized(variable: tf.Variable, quantizer: quantized_bits | None) -> NDArray[np.float32]:
    """QKeras computes ``w + (q - w)`` for its gradient, an ulp off the grid for some w; the second pass lands on it."""
    return (quantizer(quantizer(variable)) if quantizer else variable).numpy()
