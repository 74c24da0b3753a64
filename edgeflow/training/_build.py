"""Keras models of a recipe's networks: float ones, and the QKeras student. Logits come out.

In the student every quantizer has alpha = 1, and behind a layer with weights comes a quantized ReLU, a sum or nothing:
so hls4ml converts it exactly.
"""

from collections.abc import Sequence
from typing import Any

from edgeflow.recipe import FloatNetwork, Student
from edgeflow.recipe_layers import Activated, Conv, Depthwise, GlobalPool, Pool, Weighted
from edgeflow.recipe_layout import Placed, Shape
from edgeflow.training._keras import as_written, keras  # before QKeras

from qkeras import QActivation, QConv1D, QConv2D, QDense, QDepthwiseConv2D, quantized_bits, quantized_relu  # isort: skip

KerasTensor = Any


@as_written
def float_model(spec: FloatNetwork, shape: Shape, classes: int) -> keras.Model:
    """The float network for inputs of ``shape``; flat inputs if its first layer is dense."""
    layout = spec.layout(shape, classes)
    image = keras.Input(layout[0].x, name="features")
    return keras.Model(image, _chain(layout, image), name="float_network")


@as_written
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
    quantized, series = isinstance(placed.layer, Weighted), len(placed.x) == 2
    match placed.layer:
        case Conv(filters=filters, kernel=side, stride=stride, padding=padding):
            make: Any = QConv2D if quantized else layers.Conv2D
            if series:
                make = QConv1D if quantized else layers.Conv1D
            return make(filters, side, strides=stride, padding=padding, name=name, **_arguments(placed, "kernel"))
        case Depthwise(depthwise=side, stride=stride, padding=padding):
            make = layers.DepthwiseConv1D if series else layers.DepthwiseConv2D  # QKeras has none of a series
            make = QDepthwiseConv2D if quantized else make
            return make(side, strides=stride, padding=padding, name=name, **_arguments(placed, "depthwise"))
        case Pool(pool=kind, size=side):
            return _pools(placed)[kind](side, name=name)
        case GlobalPool(global_pool=kind):
            return _pools(placed)[f"global_{kind}"](name=name)
        case _:
            return (QDense if quantized else layers.Dense)(placed.y[0], name=name, **_arguments(placed, "kernel"))


def _pools(placed: Placed) -> dict[str, Any]:
    layers = keras.layers
    if len(placed.x) == 2:
        one = {"max": layers.MaxPooling1D, "average": layers.AveragePooling1D}
        return one | {"global_max": layers.GlobalMaxPooling1D, "global_average": layers.GlobalAveragePooling1D}
    two = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}
    return two | {"global_max": layers.GlobalMaxPooling2D, "global_average": layers.GlobalAveragePooling2D}


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
