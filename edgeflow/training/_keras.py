"""The Keras models of a recipe: float MLPs and the QKeras student, and how to move weights in and out.

TensorFlow is imported here only, behind the variables it reads at its import; others take ``tf`` and ``keras``
from here.
"""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # QKeras and hls4ml's converter know Keras 2 only
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # the models are small, and a GPU is not bit-reproducible

import numpy as np
from numpy.typing import NDArray

from edgeflow.training._quiet import quiet_stderr

with quiet_stderr():  # TensorFlow writes notes on CPU and GPU there before it reads its own log level
    import tensorflow as tf
    import tf_keras as keras
    from qkeras import QActivation, QDense, quantized_bits, quantized_relu

    tf.config.list_physical_devices()

from edgeflow.recipe import Student
from edgeflow.training._trained import DenseWeights, Mlp

# Whoever imported TensorFlow before us without the variable gave QKeras the other Keras, whose weights do not train.
assert issubclass(QDense, keras.layers.Dense), "import edgeflow.training before tensorflow"

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.experimental.enable_op_determinism()


def float_mlp(inputs: int, hidden: list[int], classes: int) -> keras.Model:
    """Dense layers with ReLU between them; logits out."""
    x = image = keras.Input((inputs,), name="features")
    for i, units in enumerate(hidden):
        x = keras.layers.Dense(units, activation="relu", name=f"dense_{i}")(x)
    return keras.Model(image, keras.layers.Dense(classes, name=f"dense_{len(hidden)}")(x), name="float_mlp")


def student_mlp(spec: Student, inputs: int, classes: int) -> keras.Model:
    """The recipe's quantized student; logits out. Every quantizer has alpha = 1, so hls4ml converts it exactly."""
    image = keras.Input((inputs,), name="features")
    x = QActivation(quantized_relu(spec.input_bits, 0), name="input_quantizer")(image)  # unsigned, [0, 1)
    for i, layer in enumerate(spec.hidden):
        x = _dense(f"dense_{i}", layer.units, layer.weight_bits, layer.bias_bits)(x)
        relu = quantized_relu(layer.activation_bits, layer.activation_integer_bits)
        x = QActivation(relu, name=f"relu_{i}")(x)
    last = _dense(f"dense_{len(spec.hidden)}", classes, spec.output.weight_bits, spec.output.bias_bits)
    return keras.Model(image, last(x), name="student")


def _dense(name: str, units: int, weight_bits: int, bias_bits: int) -> QDense:
    return QDense(
        units,
        kernel_quantizer=quantized_bits(weight_bits, 0, alpha=1),
        bias_quantizer=quantized_bits(bias_bits, 0, alpha=1),
        kernel_initializer="zeros",
        name=name,
    )


def initialize(model: keras.Model, seed: int) -> keras.Model:
    """He-normal kernels and zero biases from numpy's generator, so that they do not depend on TensorFlow's version."""
    random = np.random.default_rng(seed)
    scale = [np.sqrt(2 / array.shape[0]) if array.ndim == 2 else 0.0 for array in model.get_weights()]
    model.set_weights([random.normal(0, s, array.shape) for s, array in zip(scale, model.get_weights(), strict=True)])
    return model


def weights_of(model: keras.Model) -> Mlp:
    """The model's dense weights as numpy; exactly on the grid where a layer has quantizers."""
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    return tuple(
        DenseWeights(
            _quantized(layer.kernel, getattr(layer, "kernel_quantizer_internal", None)),
            _quantized(layer.bias, getattr(layer, "bias_quantizer_internal", None)),
        )
        for layer in dense
    )


def with_weights(model: keras.Model, weights: Mlp) -> keras.Model:
    """Set the dense weights, first to last, and return the model."""
    model.set_weights([array for layer in weights for array in (layer.kernel, layer.bias)])
    return model


def logits_of(model: keras.Model, x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inference on a whole array (samples, features) at once."""
    return model(tf.constant(x), training=False).numpy()


def _quantized(variable: tf.Variable, quantizer: quantized_bits | None) -> NDArray[np.float32]:
    """QKeras computes ``w + (q - w)`` for its gradient, an ulp off the grid for some w; the second pass lands on it."""
    return (quantizer(quantizer(variable)) if quantizer else variable).numpy()
