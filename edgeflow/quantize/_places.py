"""Where quantizers go: on the input, behind activations, and before whatever else multiplies, adds or averages.

A batch norm is left alone: behind a sum it is exact in thresholds. Only a quantizer makes a grid: what a product, a sum
or an average gives is wider than its inputs, so it is quantized again before the next one takes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from edgeflow.frontends._onnx_graph import OnnxGraph
from edgeflow.frontends._onnx_values import OnnxNode
from edgeflow.quantize._checks import ACTIVATIONS, AVERAGES, MOVES, PRODUCTS

INPUT = "model input"  # the layer's name in options and reports


@dataclass(frozen=True)
class Place:
    """A tensor that gets a quantizer."""

    tensor: str
    layer: str  # the product that it lies behind, or INPUT
    positive: bool  # whatever comes in, it is never negative
    shared: str  # places with the same word share one scale


def layers(graph: OnnxGraph) -> tuple[OnnxNode, ...]:
    """The nodes with weights, in order."""
    return tuple(node for node in graph.nodes if node.op in PRODUCTS)


def places(graph: OnnxGraph) -> tuple[Place, ...]:
    """In the order in which they are found, the input first."""
    walk = _Walk(graph)
    for node in graph.nodes:
        walk.step(node)
    return tuple(replace(place, shared=walk.root(place.tensor)) for place in walk.found.values())


class _Walk:
    def __init__(self, graph: OnnxGraph):
        self.graph = graph
        self.found: dict[str, Place] = {}
        self.grid: dict[str, str] = {}  # tensor -> the place whose grid it lies on
        self.layer = {graph.input: INPUT}
        self.positive: set[str] = set()
        self.joined: dict[str, str] = {}
        self.on_grid(graph.input)

    def step(self, node: OnnxNode) -> None:
        y, taken = node.outputs[0], [name for name in node.inputs if name and name not in self.graph.constants]
        self.layer[y] = node.name if node.op in PRODUCTS else self.layer.get(taken[-1], INPUT)
        if self._never_negative(node, taken):
            self.positive.add(y)
        if node.op in (*PRODUCTS, *AVERAGES, "Concat") or (node.op == "Add" and len(taken) > 1):
            at = [self.on_grid(tensor) for tensor in taken]
            if node.op in ("Add", "Concat"):
                self.join(at)
            if node.op == "Concat":
                self.grid[y] = at[0]
        elif node.op in MOVES and taken[0] in self.grid:
            self.grid[y] = self.grid[taken[0]]
        elif node.op in ACTIVATIONS and y != self.graph.output:
            self.on_grid(y)

    def on_grid(self, tensor: str) -> str:
        """The place whose grid a tensor lies on: a new one if it lies on none."""
        if tensor not in self.grid:
            layer = self.layer.get(tensor, INPUT)
            self.found[tensor] = Place(tensor, layer, tensor in self.positive, tensor)
            self.grid[tensor] = tensor
        return self.grid[tensor]

    def join(self, tensors: Iterable[str]) -> None:
        first, *rest = map(self.root, tensors)
        self.joined.update({other: first for other in rest if other != first})

    def root(self, tensor: str) -> str:
        while tensor in self.joined:
            tensor = self.joined[tensor]
        return tensor

    def _never_negative(self, node: OnnxNode, taken: list[str]) -> bool:
        if node.op == "Relu":
            return True
        if node.op == "Clip":
            low = self.graph.constants.get(node.inputs[1]) if len(node.inputs) > 1 else None
            return low is not None and low.size == 1 and float(low.item()) >= 0
        passes = node.op in (*MOVES, *AVERAGES, "Concat") or (node.op == "Add" and len(taken) == len(node.inputs))
        return passes and all(tensor in self.positive for tensor in taken)
