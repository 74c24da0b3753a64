"""A float network as an ONNX graph: flat channels-last samples in, logits out. Inside, images lie channels first."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edgeflow.estimate.fixed16 import Arrays
from edgeflow.recipe_layers import Conv, Depthwise, GlobalPool, Pool
from edgeflow.recipe_layout import Placed

Array = NDArray[np.float32]
OPSET, IR_VERSION = 17, 8  # old enough for every ONNX Runtime of the last years


def onnx_network(layout: Sequence[Placed], weights: Mapping[str, Arrays]) -> onnx.ModelProto:
    graph = _Graph(weights)
    shape, logits = layout[0].x, layout[-1].y
    y = graph.chain(layout, graph.image("x", shape) if len(shape) > 1 else "x")
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["samples", prod(shape)])]
    outputs = [helper.make_tensor_value_info(y, TensorProto.FLOAT, ["samples", *logits])]
    made = helper.make_graph(graph.nodes, "float_network", inputs, outputs, graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return model


class _Graph:
    """Nodes and constants so far; each method adds a layer and returns its output's name."""

    def __init__(self, weights: Mapping[str, Arrays]):
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def chain(self, layout: Sequence[Placed], x: str) -> str:
        axes = len(layout[0].x)  # of what comes in: an image, a series, values
        for placed in layout:
            if len(placed.x) < axes:
                x = self.flat(x, placed.name, axes)
            x = self.layer(placed, x)
            if placed.activation:
                x = self.node("Relu", placed.activation, [x])
            axes = len(placed.y)
        return x

    def layer(self, placed: Placed, x: str) -> str:
        name = placed.name
        match placed.layer:
            case _ if placed.branch:
                return self.node("Add", name, [x, self.chain(placed.branch, x)])
            case Conv(stride=stride, padding=padding):
                kernel, bias = self.weights[name]  # (height, width, in, out)
                return self.conv(placed, x, stride, padding, np.moveaxis(kernel, (-1, -2), (0, 1)), bias, 1)
            case Depthwise(stride=stride, padding=padding):
                kernel, bias = self.weights[name]  # (height, width, channels, 1)
                kernel = np.moveaxis(kernel, (-2, -1), (0, 1))
                return self.conv(placed, x, stride, padding, kernel, bias, placed.channels)
            case Pool(pool=kind, size=side):
                op, sides = "MaxPool" if kind == "max" else "AveragePool", placed.square(side)
                return self.node(op, name, [x], kernel_shape=sides, strides=sides)
            case GlobalPool(global_pool=kind):
                pooled = self.node("GlobalMaxPool" if kind == "max" else "GlobalAveragePool", f"{name}_image", [x])
                return self.node("Flatten", name, [pooled])
            case _:
                kernel, bias = self.weights[name]
                return self.node("Gemm", name, [x, *self.arrays(name, kernel, bias)])

    def conv(self, placed: Placed, x: str, stride: int, padding: str, kernel: Array, bias: Array, groups: int) -> str:
        return self.node(
            "Conv", placed.name, [x, *self.arrays(placed.name, np.ascontiguousarray(kernel), bias)],
            strides=placed.square(stride), group=groups, auto_pad="SAME_UPPER" if padding == "same" else "VALID",
        )  # fmt: skip

    def image(self, x: str, shape: tuple[int, ...]) -> str:
        self.constants.append(numpy_helper.from_array(np.array((-1, *shape), np.int64), "image_shape"))
        rows = self.node("Reshape", "image_rows", [x, "image_shape"])
        return self.node("Transpose", "image", [rows], perm=(0, len(shape), *range(1, len(shape))))

    def flat(self, x: str, before: str, axes: int) -> str:
        last = (0, *range(2, axes + 1), 1)
        return self.node("Flatten", f"flat_{before}", [self.node("Transpose", f"rows_{before}", [x], perm=last)])

    def arrays(self, name: str, *values: Array) -> list[str]:
        names = [f"{name}_{part}" for part in ("kernel", "bias")]
        self.constants += [numpy_helper.from_array(value, n) for value, n in zip(values, names, strict=True)]
        return names

    def node(self, op: str, name: str, inputs: list[str], **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name
