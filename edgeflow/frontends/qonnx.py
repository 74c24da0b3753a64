"""ONNX with quantizers (QONNX, QDQ, FINN's dialect) to the integer ``Network``, directly and exactly: no framework.

The graph is walked once. Constants are folded; the first nodes, up to the input quantizer, stay on the host; every
tensor behind it is integers with a scale (``Real``), and every quantizer a step function of integers.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Integers, fixed_for
from edgeflow.frontends import _onnx_class as classes
from edgeflow.frontends import _onnx_curves as curves
from edgeflow.frontends import _onnx_elementwise as elementwise
from edgeflow.frontends import _onnx_executor
from edgeflow.frontends import _onnx_pool as pooling
from edgeflow.frontends import _onnx_quantizers as quantizers
from edgeflow.frontends import _onnx_shape as shaping
from edgeflow.frontends import _onnx_sums as sums
from edgeflow.frontends._firmware import Firmware
from edgeflow.frontends._lowered import Entry, Lowered
from edgeflow.frontends._onnx_entry import Raw, apply
from edgeflow.frontends._onnx_exact import channels_last
from edgeflow.frontends._onnx_file import load
from edgeflow.frontends._onnx_fold import FOLDED, fold
from edgeflow.frontends._onnx_graph import QUANTIZED, STANDARD, OnnxGraph, read
from edgeflow.frontends._onnx_quantizers import incoming
from edgeflow.frontends._onnx_values import Const, OnnxNode, Real, uniform
from edgeflow.frontends._walk import Walk, only_refused, refuse
from edgeflow.frontends.hls4ml_graph import Finding, Verdict

SUFFIXES = (".onnx",)
EXECUTOR = "QONNX executor"  # what verification compares with

Lowering = Callable[..., Any]

LOWERINGS: dict[str, Lowering] = {
    "MatMul": sums.matmul,
    "Gemm": sums.gemm,
    "Conv": sums.conv,
    "Add": elementwise.add,
    "Sub": elementwise.subtract,
    "Mul": elementwise.multiply,
    "Div": elementwise.divide,
    "Neg": elementwise.negate,
    "BatchNormalization": elementwise.batch_norm,
    "Relu": elementwise.relu,
    "Clip": elementwise.clip,
    **dict.fromkeys(curves.RISING, curves.curve),
    "Identity": elementwise.same,
    "Dropout": elementwise.same,
    "Cast": elementwise.same,
    "MaxPool": pooling.max_pool,
    "AveragePool": pooling.average_pool,
    "GlobalAveragePool": pooling.global_average,
    "GlobalMaxPool": pooling.global_max,
    "ReduceMean": pooling.reduce_mean,
    "Reshape": shaping.reshape,
    "Flatten": shaping.flatten,
    "Transpose": shaping.transpose,
    "Squeeze": shaping.squeeze,
    "Unsqueeze": shaping.unsqueeze,
    "Concat": shaping.concat,
    "Pad": shaping.pad,
    "Resize": shaping.resize,
    "Upsample": shaping.resize,
    "ArgMax": classes.argmax,
    "TopK": classes.top_k,
    "Softmax": classes.softmax,
}
QUANTIZERS: dict[str, Lowering] = {
    "Quant": quantizers.quant_node,
    "IntQuant": quantizers.quant_node,
    "BipolarQuant": quantizers.bipolar_node,
    "MultiThreshold": quantizers.multi_threshold,
    "Trunc": quantizers.trunc,
    "QuantizeLinear": quantizers.quantize_linear,
    "DequantizeLinear": quantizers.dequantize_linear,
}
WINDOWED = ("Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool")
SHAPELESS = ("Shape", *FOLDED)  # of constants, or of a shape that is one


def lower(path: Path, name: str) -> Lowered:
    """The network of a file. Raises InputError; UnsupportedLayerError names every node without an exact lowering."""
    return lower_graph(read(load(path)), name)


def check(path: Path) -> tuple[Finding, ...]:
    """What ``lower`` would do with each node, without raising for any of them."""
    return findings(read(load(path)))


def findings(graph: OnnxGraph) -> tuple[Finding, ...]:
    return kinds(graph) or _Walk(graph).walk()


def execute(path: Path, x: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Every tensor of the model for samples (samples, *shape), by the reference executor."""
    return _onnx_executor.execute(load(path), x)


def convert(path: Path, project: str, clock_mhz: float, folder: Path) -> Firmware:
    """The file as an HLS project with its compiled csim, in ``folder``.

    Raises UnsupportedLayerError for what hls4ml does not hold exactly, MissingToolError or ToolError.
    """
    from edgeflow.frontends import _onnx_csim  # here: hls4ml takes seconds, and is asked for

    model = load(path)
    if why := _onnx_csim.why_not(read(model)):
        raise UnsupportedLayerError(f"--csim: hls4ml does not hold the file exactly: {why}; leave the option out")
    return _onnx_csim.convert(model, project, clock_mhz, folder)


def csim(firmware: Firmware, x: NDArray[Any]) -> NDArray[np.float64]:
    """The outputs (samples, features) of samples (samples, *shape) as the model takes them."""
    from edgeflow.frontends import _onnx_csim

    return _onnx_csim.logits(firmware, x)


def lower_graph(graph: OnnxGraph, name: str) -> Lowered:
    refuse(name, kinds(graph))
    return _Walk(graph).lowered(name)


def kinds(graph: OnnxGraph) -> tuple[Finding, ...]:
    """Nodes of an unknown kind among all others; empty if every kind is known."""
    return only_refused([_kind(node) for node in graph.nodes])


def _kind(node: OnnxNode) -> Finding:
    known: tuple[str, ...] = (*LOWERINGS, *SHAPELESS, "QuantizeLinear", "DequantizeLinear")
    if node.domain in QUANTIZED:
        known = tuple(QUANTIZERS)
    elif node.domain not in STANDARD:
        why = f"domain {node.domain!r} is none of {', '.join(d for d in (*STANDARD, *QUANTIZED) if d)}"
        return Finding(node.name, node.op, Verdict.REFUSED, why)
    if node.op in known:
        return Finding(node.name, node.op, Verdict.SUPPORTED)
    return Finding(node.name, node.op, Verdict.REFUSED, f"no exact lowering; known are {', '.join(sorted(known))}")


class _Walk(Walk):
    def __init__(self, graph: OnnxGraph):
        super().__init__(graph.nodes, graph.output, graph.nodes[-1].name)
        self.graph = graph
        self.known |= {name: Const(values) for name, values in graph.constants.items()}
        self.known[graph.input] = self._incoming()

    def made(self, node: OnnxNode, inputs: list[Any]) -> Any:
        if any(isinstance(x, curves.Curved) for x in inputs) and node.op not in (*QUANTIZERS, *curves.RISING):
            raise UnsupportedLayerError(curves.QUANTIZE)
        tensors = [x for x in inputs if isinstance(x, Real | Raw | curves.Curved)]
        if node.op == "Shape" and tensors:
            return Const(np.array([1, *tensors[0].shape], np.int64))
        if node.op in QUANTIZERS:
            return self._quantized(node, inputs)
        if not tensors:
            return fold(node, inputs)
        if any(isinstance(x, Raw) for x in tensors):
            return apply(node, inputs)
        if node.op == "TopK" and node.outputs[0] in self.needed:
            raise UnsupportedLayerError("the greatest value itself is taken; only its index is known")
        if node.op in curves.RISING and node.outputs[0] == self.graph.output:
            raise UnsupportedLayerError("it makes floats, and the model ends there; end before it, or in a quantizer")
        if node.op not in LOWERINGS:
            raise UnsupportedLayerError("only constants are known here")
        return LOWERINGS[node.op](self.draft, node, *inputs)

    def _quantized(self, node: OnnxNode, inputs: list[Any]) -> Any:
        if any(isinstance(x, Real | Raw) for x in inputs[1:]):
            raise UnsupportedLayerError("scale, zero point, bit width or thresholds are computed, not constant")
        x = inputs[0]
        at = self._layout(node.outputs[0], x.shape) if isinstance(x, Raw) else np.zeros(0, np.int64)
        if isinstance(x, Raw) and self.entry is not None:
            raise UnsupportedLayerError("a second quantizer on the model's input; let its branches share one")
        return QUANTIZERS[node.op](self.draft, node, at, *inputs)

    def tap(self, node: OnnxNode) -> str:
        return node.outputs[0] if node.op in QUANTIZERS else ""

    def _incoming(self) -> Real | Raw:
        """Integers where the file says so, else floats that wait for a quantizer."""
        graph = self.graph
        if not graph.input_type:
            return Raw(graph.shape, graph.shape)
        y, scale, offset = _integers(graph.input_type)
        at = self._layout(graph.input, graph.shape)
        self.entry = Entry(
            graph.shape,
            lambda x: np.rint((np.asarray(x, np.float64) - offset) / scale).astype(np.int64),
            lambda n: (n * scale + offset).astype(np.float32),
            at,
        )
        return incoming(y, at, uniform(scale, at.ndim), uniform(offset, at.ndim))

    def _layout(self, tensor: str, shape: tuple[int, ...]) -> Integers:
        """Channels last where a window looks at it first, else the model's own order."""
        if len(shape) in (2, 3) and _first_mover(self.graph, tensor) in WINDOWED:
            return channels_last(shape)
        return np.arange(int(np.prod(shape))).reshape(shape)


def _first_mover(graph: OnnxGraph, tensor: str) -> str:
    """The kind of the first node behind a tensor that does not work value by value."""
    behind = {tensor}
    for node in graph.nodes:
        if behind & set(node.inputs):
            if node.op in WINDOWED or node.op in ("Reshape", "Flatten", "Transpose", "MatMul", "Gemm"):
                return node.op
            behind.update(node.outputs)
    return ""


def _integers(kind: str) -> tuple[Fixed, int, int]:
    """Format, scale and offset of an input type: numpy's names, FINN's names."""
    if kind == "BIPOLAR":
        return Fixed(1, signed=False), 2, -1
    if kind == "BINARY":
        return Fixed(1, signed=False), 1, 0
    if kind == "TERNARY":
        return fixed_for(-1, 1, 0), 1, 0
    found = re.fullmatch(r"(u?)int(\d+)", kind.lower())
    if not found or not 1 <= int(found[2]) <= 32:
        raise InputError(f"input type {kind} is no integer of 1 to 32 bits; quantize the model's input")
    return Fixed(int(found[2]), 0, signed=not found[1]), 1, 0
