"""The end of a classifier: the index of the greatest value."""

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._onnx_exact import ordered, rising, settled, unclamped
from edgeflow.frontends._onnx_values import Const, OnnxNode, Real, uniform
from edgeflow.kernels.argmax import Argmax


def argmax(draft: Draft, node: OnnxNode, x: Real) -> Real:
    """The first of equal ones, as ONNX counts."""
    if node.integer("axis", 0) not in (-1, 1) or node.integer("select_last_index", 0):
        raise UnsupportedLayerError("only the first greatest along the last axis is known")
    return index(draft, node, x)


def top_k(draft: Draft, node: OnnxNode, x: Real, k: Const | None = None) -> Real:
    """Its indices, for k = 1: its values are left out."""
    count = node.integer("k", 1) if k is None else int(k.values.item())
    if count != 1 or node.integer("axis", -1) not in (-1, 1) or not node.integer("largest", 1):
        raise UnsupportedLayerError(f"k = {count}: only the greatest along the last axis is known")
    return index(draft, node, x)


def softmax(draft: Draft, node: OnnxNode, x: Real) -> Real:
    """The class alone: softmax keeps the order of its inputs."""
    if not draft.is_output(node.name):
        raise UnsupportedLayerError("softmax before the output has no exact lowering; train on logits without it")
    draft.note("softmax -> argmax: the class, not probabilities")
    return index(draft, node, x)


def index(draft: Draft, node: OnnxNode, x: Real) -> Real:
    if len(x.shape) != 1:
        raise UnsupportedLayerError(f"the greatest of {x.shape} would be several classes; flatten before")
    x = settled(draft, node.name, rising(draft, node.name, unclamped(draft, node.name, x)))
    x = ordered(draft, node.name, x, np.arange(x.at.size))
    value = draft.add(node.name, Argmax(x.value.format, x.value.features), x.value)
    return Real(value, np.zeros(1, np.int64), uniform(1, 1), uniform(0, 1))
