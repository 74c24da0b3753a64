"""Operators judged by their kind and by the types of their tensors, all at once, before any is lowered."""

from collections.abc import Collection

from edgeflow.frontends._tflite_graph import TfliteGraph
from edgeflow.frontends._tflite_values import Tensor, TfliteNode
from edgeflow.frontends.hls4ml_graph import Finding, Verdict

SIZES = ("SHAPE", "STRIDED_SLICE", "PACK", "GATHER", "REDUCE_PROD")  # exporters compute a RESHAPE's target with them
INDEX = ("ARG_MAX", *SIZES)  # what makes integers that are no int8
REASONS = {
    "float32": "floats: a float, dynamic-range or hybrid model; convert with full integer quantization to int8",
    "float16": "float16; convert with full integer quantization to int8",
    "uint8": "uint8: the older scheme of quantization; convert again, to int8",
    "int16": "16-bit activations; convert to int8",
    "int4": "4-bit weights; convert to int8",
}


def judge(graph: TfliteGraph, known: Collection[str]) -> tuple[Finding, ...]:
    """A finding a node; what looks right by its kind is supported."""
    return tuple(_finding(graph, node, known) for node in graph.nodes)


def _finding(graph: TfliteGraph, node: TfliteNode, known: Collection[str]) -> Finding:
    why = _problem(graph, node, known)
    return Finding(node.name, node.op, Verdict.REFUSED if why else Verdict.SUPPORTED, why)


def _problem(graph: TfliteGraph, node: TfliteNode, known: Collection[str]) -> str:
    if node.op not in known and node.op not in SIZES:
        return f"no exact lowering; known are {', '.join(sorted(known))}"
    for tensor in (*node.taken, *node.made):
        if tensor is not None and (why := tensor.problem or _wrong_type(graph, node, tensor)):
            return f"tensor {tensor.name!r}: {why}"
    return ""


def _wrong_type(graph: TfliteGraph, node: TfliteNode, tensor: Tensor) -> str:
    if tensor.values is not None or node.op in SIZES:
        return "" if tensor.kind in ("int8", "int32", "int64") else _reason(tensor.kind)
    if tensor.kind == "int8":
        return _shape(graph, tensor)
    if tensor.kind == "float32" and node.op in ("QUANTIZE", "DEQUANTIZE", "SOFTMAX", "ARG_MAX"):
        return _shape(graph, tensor)
    if tensor.kind in ("int32", "int64") and (
        (tensor in node.made and node.op == "ARG_MAX") or tensor in node.taken[1:]
    ):
        return ""
    return _reason(tensor.kind)


def _shape(graph: TfliteGraph, tensor: Tensor) -> str:
    if not tensor.shape or tensor.shape[0] != graph.batch or not all(tensor.shape):
        return f"its shape {list(tensor.shape)} does not begin with the batch, {graph.batch}, or is empty"
    return ""


def _reason(kind: str) -> str:
    return REASONS.get(kind, f"{kind}; only int8 is known")
