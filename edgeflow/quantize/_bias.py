"""Biases that make up for what quantization shifts: every output's mean over the calibration data is that of the float
network again.

M. Nagel, M. van Baalen, T. Blankevoort, M. Welling: Data-free quantization through weight equalization and bias
correction, ICCV 2019, section 4.2, in its form with data: layer by layer, each behind those that are corrected already.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.frontends._onnx_graph import OnnxGraph
from edgeflow.frontends._onnx_values import OnnxNode
from edgeflow.quantize._float import FloatModel, unused
from edgeflow.quantize._grid import Scheme
from edgeflow.quantize._insert import executable
from edgeflow.quantize._places import layers
from edgeflow.quantize._session import parts

Means = dict[str, NDArray[np.float64]]  # layer -> (outputs,)


def corrected(model: FloatModel, scheme: Scheme, x: NDArray[np.float32], progress: Callable[[str], None]) -> FloatModel:
    """The float network with the biases that it needs under ``scheme``; weights and scales stay."""
    wanted, graph = means(model.graph, model.opset, x, layers(model.graph)), model.graph
    for node in layers(model.graph):
        progress(f"correct biases: {node.name}")
        found = means(executable(graph, scheme), model.opset, x, [node])[node.name]
        graph = _shifted(graph, node, (wanted[node.name] - found).astype(np.float32))
    return replace(model, graph=graph)


def means(graph: OnnxGraph, opset: int, x: NDArray[np.float32], of: Sequence[OnnxNode]) -> Means:
    """Of each output channel over samples and pixels."""
    sums: dict[str, Any] = {node.name: 0.0 for node in of}
    counts = dict.fromkeys(sums, 0)
    for part in parts(graph, opset, x, [node.outputs[0] for node in of]):
        for node in of:
            rows = np.moveaxis(part[node.outputs[0]], _channels(node), -1)
            rows = rows.reshape(-1, rows.shape[-1])
            sums[node.name] = sums[node.name] + rows.sum(axis=0, dtype=np.float64)
            counts[node.name] += len(rows)
    return {name: sums[name] / counts[name] for name in sums}


def _channels(node: OnnxNode) -> int:
    return 1 if node.op == "Conv" else -1


def _shifted(graph: OnnxGraph, node: OnnxNode, by: NDArray[np.float32]) -> OnnxGraph:
    """``by`` added to each output of a layer, which keeps its name and its output's."""
    old = graph.constants[node.inputs[2]] if len(node.inputs) > 2 and node.inputs[2] else np.float32(0)
    bias = unused(f"{node.name}_bias", [*graph.constants, *(name for n in graph.nodes for name in n.outputs)])
    made = _with_bias(graph, node, bias)
    nodes = tuple(new for n in graph.nodes for new in (made if n.name == node.name else (n,)))
    return replace(graph, nodes=nodes, constants=graph.constants | {bias: old + by})


def _with_bias(graph: OnnxGraph, node: OnnxNode, bias: str) -> tuple[OnnxNode, ...]:
    """A MatMul has no bias of its own, so a sum follows it; in hardware both are one."""
    if node.op != "MatMul":
        return (replace(node, inputs=(*node.inputs[:2], bias)),)
    product = unused(f"{node.name}_product", [name for n in graph.nodes for name in n.outputs])
    name = unused(f"{node.name}_shift", [n.name for n in graph.nodes])
    return replace(node, outputs=(product,)), OnnxNode(name, "Add", "", (product, bias), node.outputs)
