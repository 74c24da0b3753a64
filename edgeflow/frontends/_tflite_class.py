"""The end of a classifier: the index of the greatest value; of equal ones the first, as TFLite counts."""

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._onnx_class import index
from edgeflow.frontends._onnx_values import Real
from edgeflow.frontends._tflite_values import TfliteNode


def arg_max(draft: Draft, node: TfliteNode, x: Real, *axis: object) -> Real:
    if [n % (len(x.shape) + 1) for n in node.integers_of(1)] != [len(x.shape)]:
        raise UnsupportedLayerError(f"axis {node.integers_of(1)} of {len(x.shape) + 1}: only the last is known")
    return index(draft, node, x)


def softmax(draft: Draft, node: TfliteNode, x: Real) -> Real:
    """The class alone: softmax keeps the order of its inputs."""
    if not draft.is_output(node.name):
        raise UnsupportedLayerError("softmax before the output has no exact lowering; train on logits without it")
    draft.note("softmax -> argmax: the class by its logits, not probabilities")
    return index(draft, node, x)
