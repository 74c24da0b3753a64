"""Two branches into one: arithmetic value by value, and concatenation."""

from math import prod

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._casts import changes
from edgeflow.frontends._draft import Draft, Value, typed
from edgeflow.frontends._nodes import Cast, Node
from edgeflow.kernels.concatenate import Concatenate
from edgeflow.kernels.merge import Merge, Operation
from edgeflow.kernels.requantize import Requantize


def merge(draft: Draft, node: Node, *inputs: Value) -> Value:
    op = node.word("op").lower()
    if op not in list(Operation):
        raise UnsupportedLayerError(f'op "{op}" is none of {", ".join(Operation)}, concatenate')
    a, b = _two(inputs)
    if any(x.binary for x in inputs):
        raise UnsupportedLayerError("an input is binary, whose 0 stands for -1; merge before quantizing")
    if a.features != b.features:
        raise UnsupportedLayerError(f"{a.shape} and {b.shape} are of different size; repeat the smaller one before")
    kernel = Merge(Operation(op), a.format, b.format, a.features)
    return draft.result(node, draft.add(node.name, kernel, a, b))


def concatenate(draft: Draft, node: Node, *inputs: Value) -> Value:
    """Each input is cast by itself: wires where that changes nothing."""
    axis = _axis(node, len(inputs[0].shape))
    t = _result(node, inputs)
    parts = [_cast(draft, f"{node.name}_in{i}", x, t) for i, x in enumerate(_two(inputs))]
    channels = tuple(prod(x.shape[axis:]) for x in inputs)
    pixels = prod(inputs[0].shape[:axis])
    return typed(node, draft.add(node.name, Concatenate(parts[0].format, channels, pixels), *parts))


def _two(inputs: tuple[Value, ...]) -> tuple[Value, Value]:
    if len(inputs) != 2:
        raise UnsupportedLayerError(f"{len(inputs)} inputs; hls4ml merges two at a time")
    return inputs[0], inputs[1]


def _axis(node: Node, dimensions: int) -> int:
    """Without the batch; hls4ml counts that as axis 0."""
    axis = node.integer("axis", -1)
    axis = dimensions + axis if axis < 0 else axis - 1
    if not 0 <= axis < dimensions:
        raise UnsupportedLayerError(f"axis {node.integer('axis', -1)} of {dimensions} dimensions")
    return axis


def _result(node: Node, inputs: tuple[Value, ...]) -> Cast:
    """What the inputs are cast to: ``result_t``, or their own format where all share one that fits."""
    t = node.types["result_t"]
    shared = all(x.format == inputs[0].format and not changes(x.format, t) for x in inputs)
    return Cast(inputs[0].format) if shared else t


def _cast(draft: Draft, name: str, x: Value, t: Cast) -> Value:
    """``x`` in the very format of ``t``, though fewer bits may hold it: concatenated frames share one format."""
    if x.format == t.y:
        return x
    return draft.add(name, Requantize(x.format, t.y, t.rounding, t.overflow, x.features), x)
