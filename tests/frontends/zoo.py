"""Small models with every layer kind, several a model: branches that end side by side in one output.

Each function returns the model and the types that hls4ml should not choose itself.
"""

from functools import reduce

import numpy as np

from edgeflow.training import _keras  # noqa: F401  # sets TF_USE_LEGACY_KERAS first

from qkeras import (  # isort: skip
    QActivation,
    QConv1D,
    QConv2D,
    QConv2DBatchnorm,
    QDense,
    QDepthwiseConv2D,
    QSeparableConv1D,
    QSeparableConv2D,
    quantized_bits,
    quantized_relu,
)
from tf_keras import Model, layers  # isort: skip

INPUT = {"features": {"result": "fixed<6,2,RND_CONV,SAT>"}}


def bits(n=4, integer=1):
    return quantized_bits(n, integer, alpha=1)


def both(**more):
    """Quantizers of kernel and bias."""
    return {"kernel_quantizer": bits(), "bias_quantizer": bits(5, 1)} | more


def start(*shape):
    x = layers.Input(shape, name="features")
    return x, QActivation(bits(6), name="quantized")(x)


def joined(inputs, branches, types, seed):
    """One model whose output is all branches, flat, each cast to one wide type."""
    flat = [layers.Flatten(name=f"flat_{i}")(x) for i, x in enumerate(branches)]
    counter = iter(range(len(flat)))
    out = reduce(lambda a, b: layers.Concatenate(name=f"side_by_side_{next(counter)}")([a, b]), flat)
    types = INPUT | {f"side_by_side_{i}": {"result": "fixed<30,15>"} for i in range(len(flat) - 1)} | types
    return randomized(Model(inputs, out), seed), types


def randomized(model, seed):
    """Weights over the whole range of their quantizers and beyond; statistics positive."""
    random = np.random.default_rng(seed)
    ranges = [
        (0.3, 2) if w.name.split("/")[-1].startswith(("gamma", "moving_variance")) else (-2.2, 2.2)
        for w in model.weights
    ]
    model.set_weights([random.uniform(*ends, w.shape) for ends, w in zip(ranges, model.weights, strict=True)])
    return model


def images(seed=1):
    """Two-dimensional convolutions: strides, paddings, pointwise, depthwise, separable, batch normalized."""
    inputs, x = start(6, 5, 2)
    branches = [
        QConv2D(3, 3, padding="same", strides=2, name="same_strided", **both())(x),
        QConv2D(2, (3, 2), strides=(2, 1), name="valid_strided", **both())(x),
        QConv2D(3, 1, strides=2, name="pointwise_strided", **both())(x),
        QConv2D(2, (3, 5), padding="same", name="stuffed", **both())(x),
        QConv2DBatchnorm(2, 2, padding="same", name="normalized", **both())(x),
        QDepthwiseConv2D(
            3, padding="same", strides=2, name="depthwise", depthwise_quantizer=bits(), bias_quantizer=bits()
        )(x),
        QSeparableConv2D(
            3, 2, name="separable", depthwise_quantizer=bits(), pointwise_quantizer=bits(), bias_quantizer=bits()
        )(x),
    ]
    model, types = joined(inputs, branches, {}, seed)
    stuffed = model.get_layer("stuffed")  # every other tap zero, in both directions
    kernel, bias = stuffed.get_weights()
    kernel[1::2], kernel[:, 1::2] = 0, 0
    stuffed.set_weights([kernel, bias])
    return model, types


def lines(seed=1):
    """The same in one dimension, with pooling."""
    inputs, x = start(11, 3)
    narrow = QActivation(quantized_relu(4, 1), name="narrow")(
        QConv1D(4, 3, strides=2, padding="same", name="same_strided", **both())(x)
    )
    branches = [
        QConv1D(2, 4, strides=3, name="valid_strided", **both())(x),
        QConv1D(3, 1, name="pointwise", **both())(narrow),
        QSeparableConv1D(
            3, 3, name="separable", depthwise_quantizer=bits(), pointwise_quantizer=bits(), bias_quantizer=bits()
        )(x),
        layers.MaxPooling1D(3, strides=2, name="max")(narrow),
        layers.MaxPooling1D(2, padding="same", name="max_same")(x),
        layers.AveragePooling1D(3, strides=2, name="average")(x),
        layers.GlobalAveragePooling1D(name="global_average")(x),
        layers.GlobalMaxPooling1D(name="global_max")(narrow),
        layers.UpSampling1D(2, name="up")(narrow),
        layers.ZeroPadding1D((2, 1), name="padded")(x),
        layers.Permute((2, 1), name="transposed")(x),
    ]
    averages = {"result": "fixed<12,4>", "accum": "fixed<16,8>"}
    return joined(inputs, branches, {"average": averages, "global_average": averages}, seed)


def pools(seed=1):
    """Two-dimensional pooling, resizing and axes."""
    inputs, x = start(6, 6, 2)
    positive = QActivation(quantized_relu(5, 1), name="positive")(x)
    branches = [
        layers.MaxPooling2D(2, name="max")(positive),
        layers.MaxPooling2D((3, 2), strides=(2, 3), padding="same", name="max_same")(x),
        layers.AveragePooling2D(2, name="average_exact")(x),
        layers.AveragePooling2D(2, name="average_truncated")(x),
        layers.AveragePooling2D(3, strides=1, name="average_of_nine")(x),
        layers.AveragePooling2D((1, 3), name="average_of_three")(positive),
        layers.GlobalAveragePooling2D(name="global_average")(x),
        layers.GlobalMaxPooling2D(name="global_max")(positive),
        layers.UpSampling2D((2, 1), name="up")(x),
        layers.ZeroPadding2D(((1, 0), (2, 1)), name="padded")(positive),
        layers.Permute((3, 1, 2), name="transposed")(positive),
    ]
    types = {
        "average_exact": {"result": "fixed<9,3>", "accum": "fixed<14,6>"},
        "average_truncated": {"result": "fixed<5,3,RND,SAT>", "accum": "fixed<11,6>"},
        "average_of_nine": {"result": "fixed<16,6>", "accum": "fixed<24,10>"},
        "average_of_three": {"result": "ufixed<6,1,RND_CONV,SAT>", "accum": "ufixed<16,8>"},
        "global_average": {"result": "fixed<12,4>", "accum": "fixed<9,2>"},  # wraps
    }
    return joined(inputs, branches, types, seed)


def merges(seed=1):
    """Every way to join two branches, of different formats."""
    inputs, x = start(4, 3, 2)
    a = QActivation(quantized_relu(5, 1), name="a")(QConv2D(4, 1, name="left", **both())(x))
    b = QConv2D(4, 1, name="b", **both())(x)
    branches = [
        layers.Add(name="add")([a, b]),
        layers.Subtract(name="subtract")([a, b]),
        layers.Multiply(name="multiply")([a, b]),
        layers.Maximum(name="maximum")([a, b]),
        layers.Minimum(name="minimum")([a, b]),
        layers.Average(name="average")([a, b]),
        layers.Add(name="add_narrow")([b, b]),
        layers.Concatenate(axis=-1, name="channels")([a, x]),
        layers.Concatenate(axis=1, name="rows")([a, b]),
        layers.Concatenate(axis=2, name="columns")([a, a]),
    ]
    named = ("add", "subtract", "multiply", "maximum", "minimum", "average", "rows")
    narrow = {"add_narrow": {"result": "fixed<5,3,RND_ZERO,SAT_SYM>"}, "channels": {"result": "fixed<5,2,RND,SAT>"}}
    return joined(inputs, branches, {name: {"result": "fixed<24,12>"} for name in named} | narrow, seed)


def activations(seed=1):
    """Every activation, behind a dense layer."""
    inputs, x = start(7)
    x = QActivation(bits(7, 3), name="seven")(QDense(6, name="dense", **both())(x))
    branches = [
        QActivation(quantized_relu(4, 1), name="relu")(x),
        layers.LeakyReLU(0.25, name="leaky")(x),
        layers.Activation("hard_sigmoid", name="hard_sigmoid")(x),
        QActivation("quantized_tanh(5, use_real_tanh=0)", name="hard_tanh")(x),
        layers.Activation("sigmoid", name="sigmoid")(x),
        layers.Activation("tanh", name="tanh")(x),
        QActivation("ternary(alpha=1)", name="ternary")(x),
        QActivation("quantized_sigmoid(4)", name="quantized_sigmoid")(x),
    ]
    types = {
        "dense": {"result": "fixed<7,4,RND_CONV,SAT>", "accum": "fixed<30,15>"},
        "leaky": {"result": "fixed<8,4,RND_CONV,SAT>"},
        "hard_sigmoid": {"result": "ufixed<9,1,RND,SAT>"},
        "sigmoid": {"result": "ufixed<10,1>"},
        "tanh": {"result": "fixed<8,2,RND_CONV,SAT>"},
    }
    return joined(inputs, branches, types, seed)


def binary(seed=1):
    """Weights and activations of one bit and of three values, with batch normalization in front of them."""
    inputs, x = start(4, 4, 2)
    bit = QActivation("binary(alpha=1)", name="bit")(
        layers.BatchNormalization(name="norm")(QConv2D(4, 2, name="conv", **both())(x))
    )
    plain = QActivation("binary(alpha=1)", name="plain_bit")(QConv2D(3, 1, name="plain_conv", **both())(x))
    one_bit = {"kernel_quantizer": "binary(alpha=1)", "bias_quantizer": bits()}
    three = {"kernel_quantizer": "ternary(alpha=1)", "bias_quantizer": bits()}
    flat = layers.Flatten(name="flat_bits")(bit)
    branches = [
        bit,
        plain,
        QConv2D(3, 2, padding="same", name="weights_on_bits", **both())(bit),
        QConv2D(3, 2, name="bits_on_weights", **one_bit)(x),
        QConv2D(3, 2, name="ternary_weights", **three)(x),
        QDense(3, name="bits_on_bits", kernel_quantizer="binary(alpha=1)", use_bias=False)(flat),
        QDense(3, name="ternary_on_bits", **three)(flat),
        layers.MaxPooling2D(2, strides=1, name="max")(bit),
        QConv2D(2, 1, name="alpha", **both(kernel_quantizer=quantized_bits(4, 1, alpha=0.5)))(x),
        layers.BatchNormalization(name="scaled")(x),
        layers.BatchNormalization(name="scaled_vector")(layers.Flatten(name="flat_x")(x)),
    ]
    scale = {"scale": "fixed<10,3>", "bias": "fixed<9,2>", "result": "fixed<12,5,RND,SAT>"}
    wide = ("conv", "plain_conv", "weights_on_bits", "bits_on_weights", "ternary_weights", "bits_on_bits")
    types = {name: {"result": "fixed<20,10>", "accum": "fixed<30,15>"} for name in (*wide, "ternary_on_bits")}
    return joined(inputs, branches, types | {"scaled": scale, "scaled_vector": scale}, seed)


def streamed(seed=1):
    """Pooling, merging and curves for the streaming C++, which copies a tensor at most seven times."""
    inputs, x = start(6, 6, 2)
    a = QActivation(quantized_relu(5, 1), name="a")(QConv2D(2, 3, padding="same", name="conv", **both())(x))
    branches = [
        layers.MaxPooling2D(2, name="max")(a),
        layers.AveragePooling2D(2, name="average")(a),
        layers.GlobalAveragePooling2D(name="global_average")(x),
        layers.Maximum(name="maximum")([a, x]),
        layers.Activation("tanh", name="tanh")(layers.Subtract(name="subtract")([x, a])),
        layers.UpSampling2D(2, name="up")(a),
    ]
    types = {
        "average": {"result": "fixed<12,4>", "accum": "fixed<16,8>"},
        "global_average": {"result": "fixed<12,4>", "accum": "fixed<20,10>"},
        "maximum": {"result": "fixed<9,4>"},
        "subtract": {"result": "fixed<8,4,RND,SAT>"},
        "tanh": {"result": "fixed<8,2,RND_CONV,SAT>"},
    }
    return joined(inputs, branches, types, seed)
