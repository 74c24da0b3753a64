"""Small QKeras models, one matter each: what converts exactly, and what would not."""

import numpy as np

from edgeflow.training import _keras  # noqa: F401  # sets TF_USE_LEGACY_KERAS first

import qkeras as q  # isort: skip
from tf_keras import Model, Sequential, layers  # isort: skip

IMAGE, VECTOR = (6, 6, 2), (7,)


def bits(n=4, integer=1, **more):
    return q.quantized_bits(n, integer, **{"alpha": 1, **more})


def both(**more):
    return {"kernel_quantizer": bits(), "bias_quantizer": bits(5, 1)} | more


def conv(filters=3, kernel=3, name="conv", **more):
    return q.QConv2D(filters, kernel, name=name, **both(**more))


def dense(units=3, name="dense", **more):
    return q.QDense(units, name=name, **both(**more))


def act(quantizer, name="act"):
    return q.QActivation(quantizer, name=name)


def model(shape, body):
    """A quantized input, then ``body``; random weights beyond their ranges, statistics positive."""
    inputs = layers.Input(shape, name="features")
    return randomized(Model(inputs, body(act(bits(6), name="quantized")(inputs))))


def randomized(made, seed=1):
    random = np.random.default_rng(seed)
    positive = ("gamma", "moving_variance")
    made.set_weights(
        [
            w.numpy() if "iteration" in w.name
            else random.uniform(*(0.3, 2) if w.name.split("/")[-1].startswith(positive) else (-2.2, 2.2), w.shape)
            for w in made.weights
        ]
    )  # fmt: skip
    return made


def everything(x):
    """What BitExact alone would refuse or get wrong, in one branched network."""
    x = layers.ZeroPadding2D(((1, 0), (1, 0)), name="padded")(x)
    x = act("quantized_relu(4,2)", name="relu")(q.QConv2DBatchnorm(3, 2, name="folded", **both())(x))
    wide = conv(2, 2, name="dilated", dilation_rate=2, padding="same")(x)
    binary = conv(2, 1, name="binary_weights", kernel_quantizer=q.binary(alpha=1))(x)
    scaled = conv(2, 1, name="scaled", kernel_quantizer=bits(alpha=0.5))(x)
    x = layers.Concatenate(axis=1, name="rows")([wide, layers.Maximum(name="larger")([binary, scaled])])
    x = layers.Dropout(0.5, name="dropped")(act(bits(5, 2), name="linear")(x))
    x = layers.AveragePooling2D((2, 2), name="average")(layers.UpSampling2D((1, 2), name="wider")(x))
    return dense(4, activation=bits(7, 6))(layers.Flatten(name="flat")(x))


EXACT = {
    "everything": (IMAGE, everything),
    "normalized ternary": (VECTOR, lambda x: dense(2, "out")(
        act("ternary(alpha=1)")(layers.BatchNormalization(name="norm")(dense()(x))))),
    "separable": (IMAGE, lambda x: q.QSeparableConv2D(
        3, 3, name="sep", depthwise_quantizer=bits(), pointwise_quantizer=bits(), bias_quantizer=bits())(x)),
    "binary on both sides": (VECTOR, lambda x: dense(2, "out", kernel_quantizer=q.binary(alpha=1))(
        act("binary(alpha=1)")(dense()(x)))),
    "hard tanh": (VECTOR, lambda x: act("quantized_tanh(5)")(dense()(x))),
    "leaky": (VECTOR, lambda x: layers.LeakyReLU(0.25, name="leaky")(dense()(x))),
    "whole numbers": (VECTOR, lambda x: act(bits(5, 4, symmetric=1))(dense()(x))),
}  # fmt: skip

REFUSED = {
    "lstm": ((7, 2), lambda x: layers.LSTM(2, name="lstm")(x), "lstm (LSTM): recurrent"),
    "attention": ((7, 2), lambda x: layers.Attention(name="att")([x, x]), "att (Attention): attention has no hardware"),
    "lambda": (VECTOR, lambda x: layers.Lambda(lambda t: t + 1, name="code")(x), "code (Lambda): holds code"),
    "cropping": (IMAGE, lambda x: layers.Cropping2D(1, name="crop")(x), "crop (Cropping2D): no exact hardware"),
    "nested": (VECTOR, lambda x: Sequential([dense()], name="inner")(x), "inner (Sequential): a model inside"),
    "q pool": (IMAGE, lambda x: q.QAveragePooling2D(2, name="pool")(x), "pool (QAveragePooling2D): hls4ml does not"),
    "q norm": (VECTOR, lambda x: q.QBatchNormalization(name="norm")(x), "norm (QBatchNormalization): hls4ml ignores"),
    "float": (VECTOR, lambda x: layers.Dense(3, name="dense")(x), "dense (Dense): float weights"),
    "no bias quantizer": (VECTOR, lambda x: dense(bias_quantizer=None)(x), "dense (QDense): no bias_quantizer"),
    "auto": (VECTOR, lambda x: dense(kernel_quantizer=bits(alpha=None))(x), "alpha = 'auto_po2', a float scale"),
    "power of two": (VECTOR, lambda x: dense(kernel_quantizer=q.quantized_po2(4))(x), "kernel_quantizer quantized_po2"),
    "coarse": (VECTOR, lambda x: dense(kernel_quantizer=bits(4, 4))(x), "in steps over 1"),
    "average of nine": (IMAGE, lambda x: layers.AveragePooling2D(3, name="pool")(x), "the average of 9 cells"),
    "global average": (IMAGE, lambda x: layers.GlobalAveragePooling2D(name="pool")(x), "the average of 36 cells"),
    "permuted": (IMAGE, lambda x: layers.Flatten(name="flat")(layers.Permute((3, 1, 2), name="order")(x)),
                 "order (Permute): right before a Flatten"),
    "twice": (VECTOR, lambda x: (lambda layer: layer(layer(x)))(dense(7)), "called more than once"),
    "three": (VECTOR, lambda x: layers.Add(name="sum")([x, x, dense(7)(x)]), "sum (Add): 3 inputs"),
    "groups": ((6, 6, 4), lambda x: conv(4, groups=2)(x), "groups = 2"),
    "channels first": (IMAGE, lambda x: conv(kernel=1, data_format="channels_first")(x), "channels first"),
    "multiplier": (IMAGE, lambda x: q.QDepthwiseConv2D(
        2, depth_multiplier=2, name="dw", depthwise_quantizer=bits(), bias_quantizer=bits())(x), "depth_multiplier"),
    "bilinear": (IMAGE, lambda x: layers.UpSampling2D(2, interpolation="bilinear", name="up")(x), "bilinear"),
    "dense of lines": ((4, 5), lambda x: dense()(x), "its input is no vector"),
    "relu6": (VECTOR, lambda x: layers.ReLU(6, name="relu")(dense()(x)), "max_value = 6"),
    "leaky relu": (VECTOR, lambda x: act(q.quantized_relu(5, 2, negative_slope=0.25))(dense()(x)), "negative_slope"),
    "leaky third": (VECTOR, lambda x: layers.LeakyReLU(0.3, name="leaky")(dense()(x)), "no short binary fraction"),
    "curve": (VECTOR, lambda x: layers.Activation("sigmoid", name="curve")(dense()(x)), "use_real_sigmoid=True"),
    "normalized binary": (VECTOR, lambda x: act("binary(alpha=1)")(layers.BatchNormalization(name="norm")(x)),
                          "norm (BatchNormalization): before a binary"),
    "sizes": (IMAGE, lambda x: layers.Add(name="sum")([x, conv(1, padding="same")(x)]), "are of different size"),
}  # fmt: skip


def built(table, name):
    shape, body, *_ = table[name]
    return model(shape, body)


def unquantized():
    """Nothing says what type the input has."""
    return Sequential([layers.Input(VECTOR, name="features"), dense()], name="raw")
