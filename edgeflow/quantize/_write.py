"""A graph of plain values as ONNX again."""

from collections.abc import Sequence

from onnx import ModelProto, TensorProto, helper, numpy_helper

from edgeflow.frontends._onnx_graph import OnnxGraph

IR_VERSION = 9  # old enough for every ONNX Runtime of the last years
QONNX = "qonnx.custom_op.general"


def model_of(graph: OnnxGraph, opset: int, outputs: Sequence[str], shape: tuple[int, ...] | None = None) -> ModelProto:
    """Samples of any number go in. ``shape`` is that of the only output, without the batch, where a file shows it."""
    nodes = [
        helper.make_node(n.op, n.inputs, n.outputs, name=n.name, domain=n.domain, **n.attributes) for n in graph.nodes
    ]
    x = helper.make_tensor_value_info(graph.input, TensorProto.FLOAT, ["samples", *graph.shape])
    y_shape: list[str | int | None] | None = None if shape is None else ["samples", *shape]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, y_shape) for name in outputs]
    constants = [numpy_helper.from_array(values, name) for name, values in graph.constants.items()]
    made = helper.make_graph(nodes, graph.name or "network", [x], ends, constants)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid(QONNX, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=IR_VERSION)
