"""The reference for ONNX with quantizers: qonnx's executor, node by node in float32, on many samples at once."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper

from edgeflow.errors import MissingToolError, ToolError
from edgeflow.frontends._onnx_graph import QUANTIZED
from edgeflow.frontends._onnx_values import OnnxNode
from edgeflow.frontends._quiet import quiet

OPSET = 13  # of nodes that are computed alone
CHUNK = 250  # samples at once
Tensors = dict[str, NDArray[Any]]


def execute(model: ModelProto, x: NDArray[Any]) -> Tensors:
    """Every tensor of the graph for samples (samples, *shape), by name. Raises ToolError where the executor fails."""
    parts = [_executed(model, x[i : i + CHUNK]) for i in range(0, len(x), CHUNK)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def elementwise(nodes: Sequence[OnnxNode], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """What nodes of one input, one after the other, make of any array. Raises what ``execute`` raises."""
    names = [f"x{i}" for i in range(len(nodes) + 1)]
    made = [helper.make_node(n.op, [a], [b], **n.attributes) for n, a, b in zip(nodes, names, names[1:], strict=False)]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, x.size]) for name in (names[0], names[-1])]
    graph = helper.make_graph(made, "elementwise", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    found: NDArray[np.float32] = execute(model, x.reshape(1, -1))[names[-1]].reshape(x.shape)
    return found


def _executed(model: ModelProto, x: NDArray[Any]) -> Tensors:
    try:
        from qonnx.core.modelwrapper import ModelWrapper
        from qonnx.core.onnx_exec import execute_onnx
        from qonnx.transformation.infer_shapes import InferShapes
    except ImportError as error:
        raise MissingToolError("qonnx: not installed; pip install qonnx==1.0.0") from error
    batched = _batched(model, len(x))
    names = {output for node in batched.graph.node for output in node.output}
    try:
        with quiet():
            wrapped = ModelWrapper(batched).transform(InferShapes())
            found = execute_onnx(wrapped, {batched.graph.input[0].name: x}, return_full_exec_context=True)
    except Exception as error:  # it raises whatever it likes
        raise ToolError(f"qonnx executor: {str(error).splitlines()[0]}") from error
    return {name: value for name, value in found.items() if name in names and np.shape(value)[:1] == (len(x),)}


def _batched(model: ModelProto, samples: int) -> ModelProto:
    """The model for so many samples at once, wherever an exporter wrote its own number of them."""
    model = deepcopy(model)
    first = model.graph.input[0].type.tensor_type.shape.dim[0]
    exported = first.dim_value
    for value in (*model.graph.input, *model.graph.output):
        if value.type.tensor_type.shape.dim:
            value.type.tensor_type.shape.dim[0].dim_value = samples
    del model.graph.value_info[:]
    shapes = {node.input[1] for node in model.graph.node if node.op_type == "Reshape"}
    for tensor in model.graph.initializer:
        if tensor.name in shapes:
            tensor.CopyFrom(numpy_helper.from_array(_target(numpy_helper.to_array(tensor), samples), tensor.name))
    for node in model.graph.node:
        node.domain = "qonnx.custom_op.general" if node.domain in QUANTIZED else node.domain
        for attribute in node.attribute:
            if node.op_type == "Constant" and attribute.HasField("t"):
                value = numpy_helper.to_array(attribute.t)
                if node.output[0] in shapes:
                    value = _target(value, samples)
                elif exported > 1 and value.dtype.kind == "i":
                    value = np.where(value == exported, samples, value)
                attribute.t.CopyFrom(numpy_helper.from_array(np.asarray(value)))
    return model


def _target(shape: NDArray[Any], samples: int) -> NDArray[Any]:
    """What a reshape makes, with the batch first."""
    return np.array([samples, *shape.ravel()[1:]], np.int64) if shape.size > 1 and shape.ravel()[0] > 0 else shape
