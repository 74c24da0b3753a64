"""Nodes of constants alone, computed while lowering: what exporters leave of shapes, and weights on their way."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._onnx_file import MOST_VALUES
from edgeflow.frontends._onnx_values import Const, OnnxNode

OPSET = 13  # of the nodes below none changed its meaning since, but for axes that became inputs

COMPUTED = (
    *("Gather", "Slice", "Concat", "Add", "Sub", "Mul", "Div", "Neg", "Sqrt", "Floor", "Ceil", "Pow", "Range"),
    *("ReduceProd", "ReduceSum", "Equal", "Where", "Expand", "ConstantOfShape", "Min", "Max", "Abs", "Reciprocal"),
)


def fold(node: OnnxNode, inputs: list[Const | None]) -> Const:
    """Raises UnsupportedLayerError for what is not computed here."""
    given = [const for const in inputs if const is not None]
    if node.op == "Constant":
        return Const(_literal(node))
    if node.op in _MOVES:
        return given[0].moved(_MOVES[node.op](node, given))
    if node.op in ("Identity", "Dropout"):
        return given[0]
    if node.op == "Cast":
        return _cast(node, given[0])
    if node.op not in COMPUTED:
        raise UnsupportedLayerError(f"{node.op} of constants is not computed; fold it before export")
    return Const(_evaluated(node, inputs))


def _literal(node: OnnxNode) -> NDArray[Any]:
    found = [node.attributes[key] for key in ("value", "value_float", "value_int", "value_floats", "value_ints")
             if key in node.attributes]  # fmt: skip
    if len(found) != 1:
        raise UnsupportedLayerError("a constant of neither numbers nor a tensor")
    value = np.asarray(found[0])
    return value.astype(np.float32) if value.dtype == np.float64 and "value" not in node.attributes else value


def _cast(node: OnnxNode, const: Const) -> Const:
    to = np.dtype(helper.tensor_dtype_to_np_dtype(node.integer("to", 1)))
    return (
        Const(const.values.astype(to), const.integers, const.scale)
        if to.kind == "f"
        else Const(const.values.astype(to))
    )


def _evaluated(node: OnnxNode, inputs: list[Const | None]) -> NDArray[Any]:
    wide = [const.values for const in inputs if const is not None and const.values.dtype.kind in "iu"]
    if node.op in ("Expand", "ConstantOfShape") and prod(int(n) for n in wide[-1].ravel()) > MOST_VALUES:
        raise UnsupportedLayerError(f"it makes a constant of shape {wide[-1].tolist()}, too large for any FPGA")
    if node.op == "Range" and _length(inputs) > MOST_VALUES:
        raise UnsupportedLayerError("it counts further than any FPGA holds")
    names = [f"x{i}" if const is not None else "" for i, const in enumerate(inputs)]
    attributes = {k: numpy_helper.from_array(v) if isinstance(v, np.ndarray) else v for k, v in node.attributes.items()}
    proto = helper.make_node(node.op, names, ["y"], **attributes)
    values = {name: const.values for name, const in zip(names, inputs, strict=True) if const is not None}
    infos = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
        for name, value in values.items()
    ]
    graph = helper.make_graph([proto], "constants", infos, [helper.make_empty_tensor_value_info("y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    try:
        made: Any = ReferenceEvaluator(model).run(None, values)
        return np.asarray(made[0])
    except Exception as error:  # onnx raises whatever it likes
        raise UnsupportedLayerError(f"its constants cannot be computed: {error}") from error


def _length(inputs: list[Const | None]) -> float:
    start, limit, delta = (float(const.values) if const is not None else 1.0 for const in inputs)
    return abs((limit - start) / delta) if delta else float("inf")


def _reshaping(node: OnnxNode, given: list[Const]) -> Callable[[Any], Any]:
    shape = given[1].values.ravel().tolist() if len(given) > 1 else list(node.integers("shape", ()))
    kept = [given[0].values.shape[i] if n == 0 else n for i, n in enumerate(shape)]
    if prod(n for n in kept if n > 0) > max(1, given[0].values.size):
        raise UnsupportedLayerError(f"a constant of shape {given[0].values.shape} does not become {kept}")
    return lambda array: array.reshape(kept)


def _transposing(node: OnnxNode, given: list[Const]) -> Callable[[Any], Any]:
    order = node.integers("perm", range(given[0].values.ndim - 1, -1, -1))
    return lambda array: array.transpose(order)


def _squeezing(node: OnnxNode, given: list[Const]) -> Callable[[Any], Any]:
    axes = given[1].values.ravel().tolist() if len(given) > 1 else node.integers("axes", ())
    return lambda array: array.squeeze(tuple(axes) or None)


def _unsqueezing(node: OnnxNode, given: list[Const]) -> Callable[[Any], Any]:
    axes = given[1].values.ravel().tolist() if len(given) > 1 else node.integers("axes", ())
    return lambda array: np.expand_dims(array, tuple(int(a) for a in axes))


def _flattening(node: OnnxNode, given: list[Const]) -> Callable[[Any], Any]:
    rows = prod(given[0].values.shape[: node.integer("axis", 1)])
    return lambda array: array.reshape(rows, -1)


_MOVES: dict[str, Callable[[OnnxNode, list[Const]], Callable[[Any], Any]]] = {
    "Reshape": _reshaping,
    "Transpose": _transposing,
    "Squeeze": _squeezing,
    "Unsqueeze": _unsqueezing,
    "Flatten": _flattening,
}


FOLDED = ("Constant", *COMPUTED)
