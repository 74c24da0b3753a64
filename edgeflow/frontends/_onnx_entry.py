"""The model's first nodes, up to its input quantizer: they run on the host, in the model's own float32 arithmetic."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._onnx_shape import reshaping, squeezing, unsqueezing
from edgeflow.frontends._onnx_values import Const, OnnxNode

Array = NDArray[Any]
Move = Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class Raw:
    """A real tensor before the input quantizer: what was done to the input, and how to undo it."""

    first: tuple[int, ...]  # shape of the model's input, without the batch
    shape: tuple[int, ...]  # its own
    done: tuple[Move, ...] = ()
    undone: tuple[Move, ...] = ()  # in the same order

    def then(self, do: Move, undo: Move, shape: tuple[int, ...] | None = None) -> "Raw":
        return replace(self, shape=shape or self.shape, done=(*self.done, do), undone=(*self.undone, undo))

    def forward(self, x: Array) -> Array:
        for move in self.done:
            x = move(x)
        return x

    def backward(self, x: Array) -> Array:
        for move in reversed(self.undone):
            x = move(x)
        return x


def apply(node: OnnxNode, inputs: list[Raw | Const | None]) -> Raw:
    """One node on the host. Raises UnsupportedLayerError for what needs a quantizer before it."""
    if node.op not in HOSTED:
        raise UnsupportedLayerError("its input is not quantized; put a quantizer on the model's input")
    return HOSTED[node.op](node, *inputs)


def _same(node: OnnxNode, x: Raw, *ignored: Any) -> Raw:
    return x


def _binary(do: Callable[[Any, Any], Array], undo: Callable[[Any, Any], Array]) -> Callable[..., Raw]:
    def host(node: OnnxNode, a: Raw | Const, b: Raw | Const) -> Raw:
        if isinstance(a, Raw) and isinstance(b, Raw):
            raise UnsupportedLayerError("two tensors meet before any quantizer; quantize the model's input")
        if isinstance(a, Raw) and isinstance(b, Const):
            values = b.values
            return a.then(lambda x: do(x, values), lambda y: undo(y, values))
        assert isinstance(b, Raw) and isinstance(a, Const), "constants alone are folded before"
        if node.op not in ("Add", "Mul"):
            raise UnsupportedLayerError("a constant on the left before the input quantizer; multiply and add instead")
        left = a.values
        return b.then(lambda x: do(left, x), lambda y: undo(y, left))

    return host


def _limited(node: OnnxNode, x: Raw, lo: Const | None = None, hi: Const | None = None) -> Raw:
    if node.op == "Relu":
        return x.then(lambda v: np.maximum(v, 0), lambda v: v)
    least, most = (_end(node, key, end) for key, end in (("min", lo), ("max", hi)))
    return x.then(lambda v: np.clip(v, least, most), lambda v: v)


def _end(node: OnnxNode, key: str, const: Const | None) -> Any:
    return const.values if const is not None and const.values.size else node.attributes.get(key)


def _reshaped(node: OnnxNode, x: Raw, target: Const | None = None) -> Raw:
    given = [0, -1] if target is None else target.values.ravel().tolist()
    shape = reshaping(x.shape, given)(np.zeros(x.shape, bool)).shape
    return _moved(x, shape)


def _axes_changed(node: OnnxNode, x: Raw, axes: Const | None = None) -> Raw:
    change = squeezing if node.op == "Squeeze" else unsqueezing
    return _moved(x, change(node, axes, x.shape)(np.zeros(x.shape, bool)).shape)


def _moved(x: Raw, shape: tuple[int, ...]) -> Raw:
    before = x.shape
    return x.then(lambda v: v.reshape(-1, *shape), lambda v: v.reshape(-1, *before), shape)


def _transposed(node: OnnxNode, x: Raw) -> Raw:
    order = node.integers("perm", range(len(x.shape), -1, -1))
    if order[0] != 0:
        raise UnsupportedLayerError(f"perm = {list(order)} moves the batch; keep it first")
    back = tuple(np.argsort(order).tolist())
    return x.then(lambda v: v.transpose(order), lambda v: v.transpose(back), tuple(x.shape[i - 1] for i in order[1:]))


HOSTED: dict[str, Callable[..., Raw]] = {
    "Add": _binary(np.add, np.subtract),
    "Sub": _binary(np.subtract, np.add),
    "Mul": _binary(np.multiply, np.divide),
    "Div": _binary(np.divide, np.multiply),
    "Relu": _limited,
    "Clip": _limited,
    "Identity": _same,
    "Cast": _same,
    "Dropout": _same,
    "Reshape": _reshaped,
    "Flatten": _reshaped,
    "Squeeze": _axes_changed,
    "Unsqueeze": _axes_changed,
    "Transpose": _transposed,
}
