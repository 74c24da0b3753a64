"""Keras models of a recipe's networks: float ones, and the QKeras student. Logits come out.

In the student every quantizer has alpha = 1, and behind a layer with weights comes a quantized ReLU, a sum or nothing:
so hls4ml converts it exactly.
"""

from collections.abc import Sequence
from typing import Any

from edgeflow.recipe import FloatNetwork, Student
from edgeflow.recipe_layers import Activated, Conv, Depthwise, GlobalPool, Pool, Weighted
from edgeflow.recipe_layout import Placed, Shape
from edgeflow.training._keras import keras  # before QKeras

from qkeras import QActivation, QConv2D, QDense, QDepthwiseConv2D, quantized_bits, quantized_relu  # isort: skip

KerasTensor = Any


def float_model(spec: FloatNetwork, shape: Shape, classes: int) -> keras.Model:
    """The float network for inputs of ``shape``; flat inputs if its first layer is dense."""
    layout = spec.layout(shape, classes)
    image = keras.Input(layout[0].x, name="features")
    return keras.Model(image, _chain(layout, image), name="float_network")


def student_model(spec: Student, shape: Shape, classes: int) -> keras.Model:
    """The recipe's quantized student."""
    layout = spec.layout(shape, classes)
    image = keras.Input(layout[0].x, name="features")
    x = QActivation(quantized_relu(spec.input_bits, 0), name="input_quantizer")(image)  # unsigned, [0, 1)
    return keras.Model(image, _chain(layout, x), name="student")


def _chain(layout: Sequence[Placed], x: KerasTensor) -> KerasTensor:
    for placed in layout:
        x = _applied(placed, x)
        if placed.activation:
            x = _relu(placed)(x)
    return x


def _applied(placed: Placed, x: KerasTensor) -> KerasTensor:
    if placed.branch:
        return keras.layers.Add(name=placed.name)([x, _chain(placed.branch, x)])
    if len(x.shape[1:]) > len(placed.x):
        x = keras.layers.Flatten(name="flatten")(x)
    return _layer(placed)(x)


def _layer(placed: Placed) -> keras.layers.Layer:
    layers, name = keras.layers, placed.name
    quantized = isinstance(placed.layer, Weighted)
    match placed.layer:
        case Conv(filters=filters, kernel=side, stride=stride, padding=padding):
            make = QConv2D if quantized else layers.Conv2D
            return make(filters, side, strides=stride, padding=padding, name=name, **_arguments(placed, "kernel"))
        case Depthwise(depthwise=side, stride=stride, padding=padding):
            make = QDepthwiseConv2D if quantized else layers.DepthwiseConv2D
            return make(side, strides=stride, padding=padding, name=name, **_arguments(placed, "depthwise"))
        case Pool(pool=kind, size=side):
            return (layers.MaxPooling2D if kind == "max" else layers.AveragePooling2D)(side, name=name)
        case GlobalPool(global_pool=kind):
            return (layers.GlobalMaxPooling2D if kind == "max" else layers.GlobalAveragePooling2D)(name=name)
        case _:
            return (QDense if quantized else layers.Dense)(placed.y[0], name=name, **_arguments(placed, "kernel"))


def _arguments(placed: Placed, kernel: str) -> dict[str, Any]:
    """Initial weights are set later, so they cost nothing here."""
    zeros = {f"{kernel}_initializer": "zeros"}
    match placed.layer:
        case Weighted(weight_bits=weight, bias_bits=bias):
            return zeros | {f"{kernel}_quantizer": _signed(weight), "bias_quantizer": _signed(bias)}
        case _:
            return zeros


def _signed(bits: int) -> quantized_bits:
    return quantized_bits(bits, 0, alpha=1)  # [-1, 1)


def _relu(placed: Placed) -> keras.layers.Layer:
    match placed.layer:
        case Activated(activation_bits=bits, activation_integer_bits=integer):
            return QActivation(quantized_relu(bits, integer), name=placed.activation)
        case _:
            return keras.layers.ReLU(name=placed.activation)
