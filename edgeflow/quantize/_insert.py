"""Quantizers put into a float graph: as QONNX nodes for its file, or as plain nodes that any executor runs fast."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from edgeflow.frontends._onnx_graph import OnnxGraph
from edgeflow.frontends._onnx_values import OnnxNode
from edgeflow.quantize._checks import PRODUCTS
from edgeflow.quantize._float import unused
from edgeflow.quantize._grid import Floats, Grid, Scheme
from edgeflow.quantize._write import QONNX


def qonnx(graph: OnnxGraph, scheme: Scheme) -> OnnxGraph:
    """With a Quant node for every quantizer, weights still as floats before theirs."""
    return _inserted(graph, scheme, _Writer.quant, _Writer.quant_weight)


def executable(graph: OnnxGraph, scheme: Scheme) -> OnnxGraph:
    """The same values of standard operators: divided, clipped, rounded, multiplied; weights on their grids."""
    return _inserted(graph, scheme, _Writer.rounded, _Writer.baked)


class _Writer:
    """Nodes and constants so far; names that are new."""

    def __init__(self, graph: OnnxGraph):
        self.nodes: list[OnnxNode] = []
        self.constants = dict(graph.constants)
        self.tensors = {graph.input, *graph.constants, *(name for node in graph.nodes for name in node.outputs)}
        self.names = {node.name for node in graph.nodes}

    def tensor(self, stem: str) -> str:
        name = unused(stem, self.tensors)
        self.tensors.add(name)
        return name

    def constant(self, stem: str, values: Floats) -> str:
        name = self.tensor(stem)
        self.constants[name] = values
        return name

    def node(self, op: str, stem: str, *inputs: str, domain: str = "", **attributes: object) -> str:
        """Its output; node and output have the same name where both are free."""
        out, name = self.tensor(stem), unused(stem, self.names)
        self.names.add(name)
        self.nodes.append(OnnxNode(name, op, domain, inputs, (out,), attributes))
        return out

    def quant(self, x: str, grid: Grid) -> str:
        bits, zero = (np.array(value, np.float32) for value in (grid.bits, 0))
        given = [
            self.constant(f"{x}_{part}", value)
            for part, value in (("scale", grid.scale), ("zero", zero), ("bits", bits))
        ]
        return self.node(
            "Quant", f"{x}_quantized", x, *given, domain=QONNX,
            signed=int(grid.signed), narrow=int(grid.narrow), rounding_mode="ROUND",
        )  # fmt: skip

    def quant_weight(self, weight: str, layer: str, grid: Grid) -> str:
        return self.quant(self.constant(f"{layer}_weight", self.constants[weight]), grid)

    def rounded(self, x: str, grid: Grid) -> str:
        scale = self.constant(f"{x}_scale", grid.scale)
        ends = [self.constant(f"{x}_{i}", np.array(end, np.float32)) for i, end in enumerate(grid.ends)]
        limited = self.node("Clip", f"{x}_limited", self.node("Div", f"{x}_in_steps", x, scale), *ends)
        return self.node("Mul", f"{x}_quantized", self.node("Round", f"{x}_steps", limited), scale)

    def baked(self, weight: str, layer: str, grid: Grid) -> str:
        return self.constant(f"{layer}_weight", grid.quantized(self.constants[weight]))


OnTensor = Callable[[_Writer, str, Grid], str]
OnWeight = Callable[[_Writer, str, str, Grid], str]


def _inserted(graph: OnnxGraph, scheme: Scheme, on_tensor: OnTensor, on_weight: OnWeight) -> OnnxGraph:
    writer, renamed = _Writer(graph), dict[str, str]()
    if graph.input in scheme.activations:
        renamed[graph.input] = on_tensor(writer, graph.input, scheme.activations[graph.input])
    for node in graph.nodes:
        inputs = [renamed.get(name, name) for name in node.inputs]
        if node.op in PRODUCTS and node.name in scheme.weights:
            inputs[1] = on_weight(writer, inputs[1], node.name, scheme.weights[node.name])
        writer.nodes.append(replace(node, inputs=tuple(inputs)))
        for y in node.outputs:
            if y in scheme.activations:
                renamed[y] = on_tensor(writer, y, scheme.activations[y])
    taken = {name for node in writer.nodes for name in node.inputs}
    kept = {name: values for name, values in writer.constants.items() if name in taken}
    return replace(graph, nodes=tuple(writer.nodes), constants=kept)
