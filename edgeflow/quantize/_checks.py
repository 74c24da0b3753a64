"""Which nodes of a float network are quantized, and why another is not."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.frontends._onnx_graph import QUANTIZED, STANDARD
from edgeflow.frontends._onnx_values import OnnxNode
from edgeflow.frontends._walk import MALFORMED

PRODUCTS = ("Conv", "Gemm", "MatMul")
ACTIVATIONS = ("Relu", "Clip")
AVERAGES = ("AveragePool", "GlobalAveragePool")
MOVES = ("MaxPool", "Flatten", "Reshape", "Transpose")  # one input, whose values pass through
KNOWN = (*PRODUCTS, "Add", "BatchNormalization", *ACTIVATIONS, *AVERAGES, *MOVES, "Concat")

Constants = Mapping[str, NDArray[Any]]


def why_not(node: OnnxNode, constants: Constants) -> str:
    """Empty for a node that can be quantized."""
    if node.domain in QUANTIZED or node.op in ("QuantizeLinear", "DequantizeLinear"):
        return "a quantizer: the model is quantized already; edgeflow import takes it"
    if node.domain not in STANDARD or node.op not in KNOWN:
        return "a softmax before the output" if node.op == "Softmax" else f"known are {', '.join(sorted(KNOWN))}"
    if not any(name and name not in constants for name in node.inputs) or not any(node.outputs[:1]):
        return "it takes no tensor, or gives none"
    given = [constants[name] for name in node.inputs if name in constants]
    if any(values.dtype.kind == "f" and values.dtype != np.float32 for values in given):
        return "its constants are no 32-bit floats; export the model in float32"
    if not all(np.isfinite(values).all() for values in given if values.dtype.kind == "f"):
        return "its constants hold inf or nan"
    try:
        return CHECKS.get(node.op, _one_tensor)(node, constants)
    except MALFORMED as error:
        return f"damaged: {error}"


def _one_tensor(node: OnnxNode, constants: Constants) -> str:
    """All inputs but the first are constants."""
    first, *rest = node.inputs
    if first in constants or any(name and name not in constants for name in rest):
        return "all its inputs but the first must be constants"
    return ""


def _product(node: OnnxNode, constants: Constants) -> str:
    if why := _one_tensor(node, constants):
        return why
    weight, axes = constants[node.inputs[1]], (3, 4) if node.op == "Conv" else (2,)
    if weight.ndim not in axes or not weight.size or weight.dtype != np.float32:
        return f"weights of shape {weight.shape} and type {weight.dtype}"
    node.integer("transB", 0)  # raises for what is none
    if node.integer("transA", 0) or any(float(node.attributes.get(k, 1.0)) != 1 for k in ("alpha", "beta")):
        return "transA, or alpha or beta other than 1; fold them into the weights"
    bias = constants[node.inputs[2]] if len(node.inputs) > 2 and node.inputs[2] else None
    return "" if bias is None or bias.ndim == 1 else f"a bias of shape {bias.shape}; one value for each output"


def _sum(node: OnnxNode, constants: Constants) -> str:
    return "" if any(name not in constants for name in node.inputs) else "a sum of constants"


def _joined(node: OnnxNode, constants: Constants) -> str:
    return "it joins constants" if any(name in constants for name in node.inputs) else ""


def _norm(node: OnnxNode, constants: Constants) -> str:
    if node.integer("training_mode", 0):
        return "exported for training; export for inference"
    return _one_tensor(node, constants)


CHECKS: dict[str, Callable[[OnnxNode, Constants], str]] = {
    **dict.fromkeys(PRODUCTS, _product),
    "Add": _sum,
    "Concat": _joined,
    "BatchNormalization": _norm,
}
