"""A QONNX file as hls4ml's csim: one more rung of the ladder for files that hls4ml holds exactly.

These have one power-of-two scale a tensor, zero points of zero and plain layers; ``why_not`` says what else a file has.
"""

from math import frexp
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto

from edgeflow.frontends._firmware import Firmware
from edgeflow.frontends._onnx_graph import QUANTIZED, OnnxGraph, read
from edgeflow.frontends._onnx_values import OnnxNode
from edgeflow.frontends._project import Config, build
from edgeflow.frontends._qonnx_graph import model_graph

from hls4ml.model.graph import ModelGraph  # isort: skip

PLAIN = ("MatMul", "Gemm", "Relu", "Add", "Flatten", "Reshape", "Transpose", "Constant")
SPELLED = {
    "Conv": ("kernel_shape", "strides", "pads", "dilations", "group"),
    "MaxPool": ("kernel_shape", "strides", "pads"),
}


def why_not(graph: OnnxGraph) -> str:
    """The first thing that hls4ml does not hold exactly; empty if there is none."""
    if len(graph.shape) not in (1, 3):
        return f"samples of shape {graph.shape}"
    first = [node for node in graph.nodes if graph.input in node.inputs]
    if len(first) != 1 or first[0].domain not in QUANTIZED:
        return "an input without one quantizer"
    return next((f"{node.op} {node.name!r}: {why}" for node in graph.nodes if (why := _why_not(node, graph))), "")


def _why_not(node: OnnxNode, graph: OnnxGraph) -> str:
    if node.domain not in QUANTIZED:
        return _why_no_window(node) if node.op in ("Conv", "MaxPool") else "" if node.op in PLAIN else "another kind"
    if node.op not in ("Quant", "IntQuant"):
        return "another quantizer"
    scale, zero, bits = (graph.constants.get(name, np.zeros(2)) for name in node.inputs[1:4])
    if scale.size != 1 or frexp(float(scale.item()))[0] != 0.5:
        return "a scale that is no power of two, or several"
    if zero.any() or bits.size != 1 or bits.item() < 2 or bits.item() != int(bits.item()):
        return "a zero point, or one bit"
    if node.word("rounding_mode", "ROUND").upper() not in ("ROUND", "HALF_EVEN"):
        return "another rounding mode"
    constant = node.inputs[0] in graph.constants
    return "a narrow range" if node.integer("narrow", 0) and not constant else ""


def _why_no_window(node: OnnxNode) -> str:
    """qonnx moves channels last only where every attribute is spelled out; hls4ml pads a pool's window with zeros."""
    missing = [key for key in SPELLED[node.op] if key not in node.attributes]
    if missing:
        return f"no {' and '.join(missing)}"
    if set(node.integers("dilations", (1,))) != {1} or node.word("auto_pad", "NOTSET") != "NOTSET":
        return "dilations, or padding that is not spelled out"
    if node.op == "Conv":
        return "groups" if node.integer("group", 1) != 1 else ""
    return "padding" if any(node.integers("pads", (0,))) or node.integer("ceil_mode", 0) else ""


def convert(model: ModelProto, project: str, clock_mhz: float, folder: Path) -> Firmware:
    """Write the HLS project and compile its csim. Raises MissingToolError or ToolError."""

    def make(config: Config) -> ModelGraph:
        return model_graph(model.SerializeToString(), None, config)

    assert not why_not(read(model)), "only what hls4ml holds is converted"
    return build(make, project, clock_mhz, folder)


def logits(firmware: Firmware, x: NDArray[np.floating]) -> NDArray[np.float64]:
    """Of samples as the model takes them, images channels first."""
    images = np.moveaxis(x, 1, -1) if x.ndim == 4 else x
    return firmware.predict(images.reshape(len(x), -1))
