"""Dense layers: the exact sum, then the casts that can change it."""

from functools import partial

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._nodes import Node
from edgeflow.frontends._sums import add_sum, terms
from edgeflow.kernels.dense import Dense


def dense(draft: Draft, node: Node, x: Value) -> Value:
    shape = node.weights["weight"].shape
    if len(shape) != 2 or len(node.shape) != 1:
        raise UnsupportedLayerError(f"weight {shape} on output {node.shape} is no matrix; flatten the input")
    return add_sum(draft, node, x, terms(node, x), partial(Dense, x=x.format))
