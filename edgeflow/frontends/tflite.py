"""TFLite files of full integer quantization (int8) to the integer ``Network``, directly and exactly.

Every operator becomes what LiteRT's reference kernel computes, integer for integer. The file is read by the schema
alone; no interpreter runs.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends import _tflite_binary as binary
from edgeflow.frontends import _tflite_class as classes
from edgeflow.frontends import _tflite_elementwise as elementwise
from edgeflow.frontends import _tflite_entry as entry
from edgeflow.frontends import _tflite_executor
from edgeflow.frontends import _tflite_pool as pooling
from edgeflow.frontends import _tflite_shape as shaping
from edgeflow.frontends import _tflite_sums as sums
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._lowered import Lowered
from edgeflow.frontends._onnx_entry import Raw
from edgeflow.frontends._onnx_quantizers import Entered
from edgeflow.frontends._onnx_values import Const, OnnxNode, Real
from edgeflow.frontends._tflite_graph import TfliteGraph, read
from edgeflow.frontends._tflite_kinds import SIZES, judge
from edgeflow.frontends._tflite_values import TfliteNode
from edgeflow.frontends._walk import Walk, only_refused, refuse
from edgeflow.frontends.hls4ml_graph import Finding

SUFFIXES = (".tflite",)
EXECUTOR = "LiteRT interpreter"  # what verification compares with

Lowering = Callable[..., Real]


def dequantize(draft: Draft, node: TfliteNode, x: Real) -> Real:
    """The reals that the integers stand for anyway."""
    return x


LOWERINGS: dict[str, Lowering] = {
    "FULLY_CONNECTED": sums.fully_connected,
    "CONV_2D": sums.conv_2d,
    "DEPTHWISE_CONV_2D": sums.depthwise_conv_2d,
    "MAX_POOL_2D": pooling.max_pool_2d,
    "AVERAGE_POOL_2D": pooling.average_pool_2d,
    "MEAN": pooling.mean,
    "REDUCE_MAX": pooling.reduce_max,
    "ADD": binary.add,
    "SUB": binary.subtract,
    "MUL": binary.multiply,
    "QUANTIZE": elementwise.quantize,
    "DEQUANTIZE": dequantize,
    "RELU": elementwise.relu,
    "RELU6": elementwise.relu,
    "RELU_N1_TO_1": elementwise.relu,
    "RELU_0_TO_1": elementwise.relu,
    "LEAKY_RELU": elementwise.leaky_relu,
    "LOGISTIC": elementwise.logistic,
    "TANH": elementwise.tanh,
    "RESHAPE": shaping.reshape,
    "SQUEEZE": shaping.reshape,
    "EXPAND_DIMS": shaping.reshape,
    "TRANSPOSE": shaping.transpose,
    "CONCATENATION": shaping.concatenation,
    "PAD": shaping.pad,
    "PADV2": shaping.pad,
    "RESIZE_NEAREST_NEIGHBOR": shaping.resize_nearest_neighbor,
    "SOFTMAX": classes.softmax,
    "ARG_MAX": classes.arg_max,
}
CLASSES = ("SOFTMAX", "ARG_MAX", "DEQUANTIZE")  # what may make something of another shape than the file says


def lower(path: Path, name: str) -> Lowered:
    """The network of a file. Raises InputError; UnsupportedLayerError names all operators without an exact lowering."""
    graph = read(path)
    refuse(name, only_refused(judge(graph, LOWERINGS)))
    return _Walk(graph).lowered(name)


def check(path: Path) -> tuple[Finding, ...]:
    """What ``lower`` would do with each operator, without raising for any of them."""
    graph = read(path)
    return only_refused(judge(graph, LOWERINGS)) or _Walk(graph).walk()


def execute(path: Path, x: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Every tensor of the model for samples (samples, *shape), by LiteRT's reference kernels."""
    return _tflite_executor.execute(path, x)


class _Walk(Walk):
    def __init__(self, graph: TfliteGraph):
        super().__init__(graph.nodes, graph.output, _last(graph))
        self.known |= {str(i): Const(t.values) for i, t in enumerate(graph.tensors) if t.values is not None}
        self._tensors = graph.tensors
        made = entry.incoming(graph.entering)
        self.known[graph.input] = made.real if isinstance(made, Entered) else made
        self.entry = made.entry if isinstance(made, Entered) else None

    def made(self, node: OnnxNode, inputs: list[Any]) -> Any:
        assert isinstance(node, TfliteNode)
        tensors = [x for x in inputs if isinstance(x, Real | Raw)]
        if node.op in SIZES and not any(isinstance(x, Real) for x in inputs[1:]):
            return Const(np.zeros(0, np.int32))  # sizes for a RESHAPE, whose result the file describes anyway
        if not tensors:
            raise UnsupportedLayerError("only constants are known here; let the converter fold them")
        if isinstance(inputs[0], Raw):
            if self.entry is not None:
                raise UnsupportedLayerError("a second QUANTIZE of the model's input; let its branches share one")
            return entry.quantize(node, inputs[0])
        found = LOWERINGS[node.op](self.draft, node, *inputs)
        shape = node.made[0].shape[1:]
        if node.op not in CLASSES and found.shape != shape:
            raise UnsupportedLayerError(f"it makes {found.shape}, the file says {shape}")
        return found

    def named(self, tensor: str) -> str:
        return self._tensors[int(tensor)].name

    def tap(self, node: OnnxNode) -> str:
        assert isinstance(node, TfliteNode)
        return node.made[0].name if node.op not in CLASSES else ""


def _last(graph: TfliteGraph) -> str:
    """The operator that makes the output, or what a DEQUANTIZE behind it only turns into reals."""
    output = graph.output
    for node in reversed(graph.nodes):
        if output in node.outputs:
            if node.op != "DEQUANTIZE":
                return node.name
            output = node.inputs[0]
    return ""
