"""A float ONNX file as the graph that is quantized: constants computed, kinds known, any number of samples."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.frontends._onnx_file import load
from edgeflow.frontends._onnx_fold import fold
from edgeflow.frontends._onnx_graph import STANDARD, OnnxGraph, read
from edgeflow.frontends._onnx_values import Const, OnnxNode
from edgeflow.frontends._walk import MALFORMED
from edgeflow.quantize._checks import why_not

OLDEST_OPSET = 11  # Round, and Clip whose ends are inputs
SAME = ("Identity", "Dropout")


@dataclass(frozen=True, eq=False)
class FloatModel:
    """``graph`` takes any number of samples; its nodes are of kinds that ``_checks`` knows."""

    graph: OnnxGraph
    opset: int
    notices: tuple[str, ...] = ()


def read_float(path: Path) -> FloatModel:
    """Raises InputError; UnsupportedLayerError names every node that cannot be quantized."""
    model = load(path)
    opset = max((entry.version for entry in model.opset_import if entry.domain in STANDARD), default=0)
    if opset < OLDEST_OPSET:
        raise InputError(f"{path}: opset {opset} is before {OLDEST_OPSET}; export the model again with a later one")
    return prepared(read(model), opset, path)


def prepared(graph: OnnxGraph, opset: int, path: Path) -> FloatModel:
    """A graph from wherever, as quantization takes it. Raises what ``read_float`` raises."""
    if graph.input_type:
        raise InputError(f"{path}: its input is {graph.input_type}: quantized already; edgeflow import takes it")
    graph, notices = _without_softmax(_plain(graph))
    if not graph.nodes:
        raise InputError(f"{path}: no layer is left to quantize")
    refused = [f"{node.op} {node.name!r}: {why}" for node in graph.nodes if (why := why_not(node, graph.constants))]
    if refused:
        raise UnsupportedLayerError("\n  ".join([f"{path}: cannot be quantized:", *refused]))
    return FloatModel(graph, opset, notices)


def _plain(graph: OnnxGraph) -> OnnxGraph:
    """Constants computed, nodes that change nothing taken out, reshapes for any number of samples."""
    constants, alias, nodes = dict(graph.constants), {"": ""}, list[OnnxNode]()
    for node in graph.nodes:
        inputs = tuple(alias.get(name, name) for name in node.inputs)
        node = replace(node, inputs=inputs)
        values = _folded(node, constants)
        if values is not None:
            constants[node.outputs[0]] = values
        elif _changes_nothing(node) and node.outputs[0] != graph.output:
            alias[node.outputs[0]] = inputs[0]
        else:
            nodes.append(node)
    nodes, output = _without_last(nodes, graph.output)
    nodes = [_any_batch(node, constants) for node in nodes]
    taken = {name for node in nodes for name in node.inputs}
    kept = {name: values for name, values in constants.items() if name in taken}
    return replace(graph, nodes=tuple(nodes), constants=kept, output=output)


def _changes_nothing(node: OnnxNode) -> bool:
    return node.domain in STANDARD and node.op in SAME and any(node.inputs[:1]) and any(node.outputs[:1])


def _folded(node: OnnxNode, constants: dict[str, NDArray[Any]]) -> NDArray[Any] | None:
    """What a node of constants alone computes; None if it takes a tensor, or is a kind that stays and is refused."""
    if not node.outputs or any(name and name not in constants for name in node.inputs) or node.domain not in STANDARD:
        return None
    try:
        return fold(node, [Const(constants[name]) if name else None for name in node.inputs]).values
    except (UnsupportedLayerError, *MALFORMED):
        return None


def _without_last(nodes: list[OnnxNode], output: str) -> tuple[list[OnnxNode], str]:
    """Without nodes at the end that change nothing."""
    while nodes and nodes[-1].op in SAME and nodes[-1].outputs[:1] == (output,) and nodes[-1].inputs:
        output = nodes.pop().inputs[0]
    return nodes, output


def _without_softmax(graph: OnnxGraph) -> tuple[OnnxGraph, tuple[str, ...]]:
    last = graph.nodes[-1] if graph.nodes else None
    if last is None or last.op != "Softmax" or last.outputs != (graph.output,) or len(last.inputs) != 1:
        return graph, ()
    notice = f"Softmax {last.name!r} is left out: hardware gives the logits, in the same order"
    return replace(graph, nodes=graph.nodes[:-1], output=last.inputs[0]), (notice,)


def _any_batch(node: OnnxNode, constants: dict[str, NDArray[Any]]) -> OnnxNode:
    """A reshape whose first axis is copied from its input, whatever number of samples an exporter wrote."""
    target = constants.get(node.inputs[1]) if node.op == "Reshape" and len(node.inputs) == 2 else None
    if target is None or target.ndim != 1 or target.size < 2:
        return node
    name = unused(f"{node.name}_shape", constants)
    constants[name] = np.array([0, *target[1:]], np.int64)
    return replace(node, inputs=(node.inputs[0], name))


def unused(stem: str, taken: Iterable[str]) -> str:
    """A name that is none of those taken."""
    taken, name, number = set(taken), stem, 1
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name
