"""An ONNX graph as plain values, and its nodes judged by their kind: what lowering needs, without a framework."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from edgeflow.errors import InputError
from edgeflow.frontends._onnx_values import OnnxNode

STANDARD = ("", "ai.onnx")
QUANTIZED = ("qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general")


@dataclass(frozen=True, eq=False)
class OnnxGraph:
    """One input, one output, nodes in topological order; shapes are without the batch."""

    name: str
    nodes: tuple[OnnxNode, ...]
    constants: dict[str, NDArray[Any]]
    input: str
    shape: tuple[int, ...]
    input_type: str  # of the integers that come in, "" for floats: uint8, INT2, BIPOLAR, ...
    output: str


def read(model: ModelProto) -> OnnxGraph:
    """Raises InputError for graphs with several inputs or outputs, or sizes that are not fixed."""
    graph = model.graph
    constants = {tensor.name: _array(tensor) for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in constants]
    if model.functions:
        raise InputError(f"model {graph.name!r}: it defines functions of its own; inline them before")
    if len(inputs) != 1 or len(graph.output) != 1:
        names = ", ".join(repr(value.name) for value in (*inputs, *graph.output))
        raise InputError(f"model {graph.name!r}: one input and one output are known, not {names}")
    nodes = tuple(_nodes(graph.node))
    return OnnxGraph(
        graph.name, nodes, constants, inputs[0].name, _shape(inputs[0]), _type(model, inputs[0]), graph.output[0].name
    )


def _nodes(protos: Iterable[NodeProto]) -> Iterable[OnnxNode]:
    taken: set[str] = set()
    for proto in protos:
        name = stem = proto.name or f"{proto.op_type}_{proto.output[0] if proto.output else ''}"
        number = 1
        while name in taken:
            name, number = f"{stem}_{number}", number + 1
        taken.add(name)
        try:
            attributes = {a.name: _plain(helper.get_attribute_value(a)) for a in proto.attribute if not a.ref_attr_name}
        except ValueError as error:
            raise InputError(f"node {name!r}: {error}") from error
        yield OnnxNode(name, proto.op_type, proto.domain, tuple(proto.input), tuple(proto.output), attributes)


def _array(tensor: TensorProto) -> NDArray[Any]:
    try:
        return numpy_helper.to_array(tensor)
    except Exception as error:  # onnx raises whatever it likes
        raise InputError(f"constant {tensor.name!r} is damaged: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return _array(value) if isinstance(value, TensorProto) else value


def _shape(value: ValueInfoProto) -> tuple[int, ...]:
    """Without the first axis, the batch, whose size is whatever an exporter wrote."""
    sizes = value.type.tensor_type.shape.dim
    if len(sizes) < 2:
        raise InputError(f"input {value.name!r}: no batch axis and features; export with a shape")
    unknown = [size.dim_param or "?" for size in sizes[1:] if size.dim_value < 1]
    if unknown:
        raise InputError(f"input {value.name!r}: size {', '.join(unknown)} is not fixed; export with fixed sizes")
    return tuple(int(size.dim_value) for size in sizes[1:])


def _type(model: ModelProto, value: ValueInfoProto) -> str:
    """FINN's annotation of the tensor, or the type that the file gives it, if one of integers."""
    for annotation in model.graph.quantization_annotation:
        if annotation.tensor_name == value.name:
            known = {entry.key: entry.value for entry in annotation.quant_parameter_tensor_names}
            return str(known.get("finn_datatype", "")).replace("FLOAT32", "")
    try:
        plain = np.dtype(helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type))
    except KeyError as error:
        raise InputError(f"input {value.name!r}: element type {error} is none that ONNX knows") from None
    return plain.name if plain.kind in "iu" else ""
