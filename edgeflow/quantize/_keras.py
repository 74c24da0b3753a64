"""A float Keras file as the graph that is quantized. Its weights are channels last, the graph's images channels first.

Nothing that the file holds is run: see frontends/_keras_file.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.frontends import _keras_file
from edgeflow.frontends._keras_arch import KerasLayer
from edgeflow.frontends._onnx_graph import OnnxGraph
from edgeflow.frontends._onnx_values import OnnxNode
from edgeflow.frontends._walk import MALFORMED
from edgeflow.quantize._float import FloatModel, prepared
from edgeflow.quantize._keras_checks import why_not

OPSET = 13
INPUT = "x"
FIRST, LAST = (0, 3, 1, 2), (0, 2, 3, 1)  # where an image's axes go: channels first, channels last


def read_keras(path: Path) -> FloatModel:
    """Raises InputError; UnsupportedLayerError names every layer that has no twin here."""
    described = _keras_file.layers(path)
    if refused := [f"{layer.kind} {layer.name!r}: {why}" for layer in described if (why := why_not(layer))]:
        raise UnsupportedLayerError("\n  ".join([f"{path}: cannot be quantized:", *refused]))
    ends = [layer.name for layer in described if not layer.followers]
    if len(ends) != 1:
        raise InputError(f"{path}: one output is known, not {', '.join(map(repr, ends))}")
    model = _keras_file.load(path)
    shape = tuple(model.input_shape[1:]) if isinstance(model.input_shape, tuple) else ()
    if len(shape) not in (1, 3) or not all(shape):
        raise InputError(f"{path}: input of shape {model.input_shape}; one of features or of images is known")
    arrays = {layer.name: [np.asarray(part) for part in layer.get_weights()] for layer in model.layers}
    try:
        graph = _graph(path.stem, described, arrays, shape, ends[0])
    except MALFORMED as error:
        raise InputError(f"{path}: its layers do not follow each other: {error}") from error
    return prepared(graph, OPSET, path)


def _graph(
    name: str, described: list[KerasLayer], arrays: Mapping[str, list[NDArray[Any]]], shape: tuple[int, ...], end: str
) -> OnnxGraph:
    writer = _Writer(arrays)
    start = writer.node("Transpose", "image", [INPUT], perm=FIRST) if len(shape) == 3 else INPUT
    if len(shape) == 3:
        writer.images.add(start)
    for layer in described:
        taken = [writer.made[source] for source in layer.inputs] or [start]
        writer.made[layer.name] = writer.layer(layer, taken)
    output = writer.made[end]
    if output in writer.images:
        output = writer.node("Transpose", "image_out", [output], perm=LAST)
    return OnnxGraph(name, tuple(writer.nodes), writer.constants, INPUT, shape, "", output)


@dataclass
class _Writer:
    """Nodes and constants so far; a method adds a layer and gives the name of what comes out."""

    arrays: Mapping[str, list[NDArray[Any]]]
    nodes: list[OnnxNode] = field(default_factory=list)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)  # what comes out of a Keras layer
    images: set[str] = field(default_factory=set)  # tensors that are images

    def layer(self, layer: KerasLayer, x: list[str]) -> str:
        y = LAYERS[layer.kind](self, layer, x)
        if x[0] in self.images and layer.kind not in ("Flatten", "GlobalAveragePooling2D"):
            self.images.add(y)
        return self.activated(layer, y) if layer.kind != "ReLU" else y

    def activated(self, layer: KerasLayer, y: str) -> str:
        kind = layer.config.get("activation", "linear")
        if kind == "linear":
            return y
        name = f"{layer.name}_{kind}"
        match kind:
            case "softmax":
                z = self.node("Softmax", name, [y], axis=-1)
            case "relu6":
                z = self.clip(name, y, 6.0)
            case _:
                z = self.node("Relu", name, [y])
        if y in self.images:
            self.images.add(z)
        return z

    def node(self, op: str, name: str, inputs: list[str], **attributes: Any) -> str:
        self.nodes.append(OnnxNode(name, op, "", tuple(inputs), (f"{name}_out",), attributes))
        return f"{name}_out"

    def constant(self, name: str, values: Any) -> str:
        self.constants[name] = np.ascontiguousarray(values, np.float32)
        return name

    def clip(self, name: str, x: str, most: float) -> str:
        ends = [self.constant(f"{name}_{end}", np.array(value)) for end, value in (("min", 0), ("max", most))]
        return self.node("Clip", name, [x, *ends])


def _same(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
    return x[0]


def _dense(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
    if x[0] in writer.images:
        raise InputError(f"Dense {layer.name!r}: on an image; flatten before")
    given = [writer.constant(f"{layer.name}_{i}", part) for i, part in enumerate(writer.arrays[layer.name])]
    return writer.node("Gemm", layer.name, [*x, *given])


def _conv(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
    """Kernels (height, width, in, out) as (out, in, height, width)."""
    kernel, *bias = writer.arrays[layer.name]
    return _convolved(writer, layer, x, kernel.transpose(3, 2, 0, 1), bias, int(layer.config.get("groups", 1)))


def _depthwise(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
    """Kernels (height, width, channels, of each) as (channels * of each, 1, height, width)."""
    kernel, *bias = writer.arrays[layer.name]
    channels = kernel.shape[2]
    return _convolved(writer, layer, x, kernel.transpose(2, 3, 0, 1).reshape(-1, 1, *kernel.shape[:2]), bias, channels)


def _convolved(
    writer: _Writer, layer: KerasLayer, x: list[str], kernel: NDArray[Any], bias: list[NDArray[Any]], groups: int
) -> str:
    given = [writer.constant(f"{layer.name}_{i}", part) for i, part in enumerate((kernel, *bias))]
    rate = layer.config.get("dilation_rate", (1, 1))
    return writer.node("Conv", layer.name, [*x, *given], **_window(layer), dilations=tuple(rate), group=groups)


def _window(layer: KerasLayer) -> dict[str, Any]:
    auto = "SAME_UPPER" if layer.config.get("padding") == "same" else "VALID"
    return {"strides": tuple(layer.config["strides"]), "auto_pad": auto}


def _pooled(op: str) -> "Layer":
    def pooled(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
        return writer.node(op, layer.name, x, kernel_shape=tuple(layer.config["pool_size"]), **_window(layer))

    return pooled


def _global_average(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
    return writer.node("Flatten", layer.name, [writer.node("GlobalAveragePool", f"{layer.name}_mean", x)], axis=1)


def _flatten(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
    """Keras counts an image's values channels last."""
    if x[0] in writer.images:
        x = [writer.node("Transpose", f"{layer.name}_rows", x, perm=LAST)]
    return writer.node("Flatten", layer.name, x, axis=1)


def _norm(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
    last = (-1, 3) if x[0] in writer.images else (-1, 1)
    if any(axis not in last for axis in np.atleast_1d(layer.config["axis"])):
        raise InputError(f"BatchNormalization {layer.name!r}: axis {layer.config['axis']}: only the last one is known")
    given = list(writer.arrays[layer.name])
    *_, mean, variance = given
    gamma = given.pop(0) if layer.config.get("scale", True) else np.ones_like(mean)
    beta = given.pop(0) if layer.config.get("center", True) else np.zeros_like(mean)
    names = [writer.constant(f"{layer.name}_{i}", part) for i, part in enumerate((gamma, beta, mean, variance))]
    return writer.node("BatchNormalization", layer.name, [*x, *names], epsilon=float(layer.config["epsilon"]))


def _relu(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
    most = layer.config.get("max_value")
    return writer.node("Relu", layer.name, x) if most is None else writer.clip(layer.name, x[0], float(most))


def _add(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
    return writer.node("Add", layer.name, x)


def _softmax(writer: _Writer, layer: KerasLayer, x: list[str]) -> str:
    return writer.node("Softmax", layer.name, x, axis=-1)


Layer = Callable[[_Writer, KerasLayer, list[str]], str]
LAYERS: dict[str, Layer] = {
    **dict.fromkeys(("InputLayer", "Dropout", "Activation"), _same),
    "Dense": _dense,
    "Conv2D": _conv,
    "DepthwiseConv2D": _depthwise,
    "BatchNormalization": _norm,
    "ReLU": _relu,
    "MaxPooling2D": _pooled("MaxPool"),
    "AveragePooling2D": _pooled("AveragePool"),
    "GlobalAveragePooling2D": _global_average,
    "Flatten": _flatten,
    "Add": _add,
    "Softmax": _softmax,
}
