"""Lower an hls4ml graph to the integer ``Network``, bit for bit: every node by the lowering of its class.

Casts happen only at assignment, as in ap_fixed. A cast that cannot change a value is wires and makes no layer.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.fixedpoint import Fixed
from edgeflow.frontends._activation import activation, softmax
from edgeflow.frontends._casts import input_cast
from edgeflow.frontends._conv import conv, depthwise
from edgeflow.frontends._dense import dense
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._lowered import Lowered, powers_of_two
from edgeflow.frontends._merge import concatenate, merge
from edgeflow.frontends._nodes import Cast, Node
from edgeflow.frontends._normalize import normalize, thresholds
from edgeflow.frontends._pool import global_pool, pool
from edgeflow.frontends._quantizer import quantizer
from edgeflow.frontends._shape import resize, transpose, wires, zero_padding
from edgeflow.network.network import INPUT, Layer, Network

Lowering = Callable[..., Value]  # (draft, node, *inputs); raises UnsupportedLayerError

LOWERINGS: dict[str, Lowering] = {
    "Dense": dense,
    "Conv1D": conv,
    "Conv2D": conv,
    "Conv2DBatchnorm": conv,
    "PointwiseConv1D": conv,
    "PointwiseConv2D": conv,
    "DepthwiseConv1D": depthwise,
    "DepthwiseConv2D": depthwise,
    "BatchNormalization": normalize,
    "ApplyAlpha": normalize,
    "BatchNormalizationQuantizedTanh": thresholds,
    "Activation": activation,
    "HardActivation": activation,
    "ParametrizedActivation": activation,
    "TernaryTanh": activation,
    "Softmax": softmax,
    "Pooling1D": pool,
    "Pooling2D": pool,
    "GlobalPooling1D": global_pool,
    "GlobalPooling2D": global_pool,
    "Merge": merge,
    "Concatenate": concatenate,
    "Reshape": wires,
    "Clone": wires,
    "Repack": wires,
    "Transpose": transpose,
    "ZeroPadding1D": zero_padding,
    "ZeroPadding2D": zero_padding,
    "Resize": resize,
    "FixedPointQuantizer": quantizer,
}


class Verdict(StrEnum):
    SUPPORTED = "supported"
    REWRITTEN = "rewritten"  # how
    REFUSED = "refused"  # why


@dataclass(frozen=True)
class Finding:
    """What becomes of one node: a line of ``edgeflow check``."""

    name: str
    class_name: str
    verdict: Verdict
    how: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.class_name}): {self.how or self.verdict}"


def lower(nodes: tuple[Node, ...], name: str) -> Network:
    """The network that computes what hls4ml's csim computes, on integers at each tensor's own scale.

    Raises UnsupportedLayerError once, naming every node without an exact lowering.
    """
    layers, findings = _lowered(nodes)
    refused = [str(finding) for finding in findings if finding.verdict is Verdict.REFUSED]
    if refused:
        raise UnsupportedLayerError(f"network {name}: no exact lowering for\n  " + "\n  ".join(refused))
    if not layers:
        raise UnsupportedLayerError(f"network {name}: only wires between input and output; nothing to build")
    return Network(name, layers)


def lowered(nodes: tuple[Node, ...], name: str) -> Lowered:
    """The same with what its integers stand for: reals by their fraction, inputs cast as the input node casts them."""
    return powers_of_two(lower(nodes, name), nodes[0].shape, input_cast(nodes).of_reals, nodes[-1].name)


def check(nodes: tuple[Node, ...]) -> tuple[Finding, ...]:
    """What ``lower`` would do with each node, without raising for any of them."""
    return _lowered(nodes)[1]


def _lowered(nodes: tuple[Node, ...]) -> tuple[tuple[Layer, ...], tuple[Finding, ...]]:
    if not nodes or nodes[0].class_name != "Input" or nodes[0].odd_types:
        raise UnsupportedLayerError("graph: its first node is not an Input with a fixed-point type")
    t = input_cast(nodes)
    made = dict.fromkeys(_outputs(nodes[0]), Value(INPUT, t.y, nodes[0].shape, t, "result_t" in nodes[0].binary))
    draft = Draft(nodes[-1].name)
    taken = Counter(name for node in nodes for name in node.inputs)
    findings = [Finding(nodes[0].name, nodes[0].class_name, Verdict.SUPPORTED)]
    for node in nodes[1:]:
        before = len(draft.layers)
        try:
            value = _node(draft, node, made, taken)
            how = "; ".join(draft.notes) or ("" if len(draft.layers) > before else "wires")
            findings.append(_finding(node, Verdict.REWRITTEN if how else Verdict.SUPPORTED, how))
        except InputError as error:  # the lowering's own reason, or a kernel's that its numbers do not fit
            value = _assumed(node)
            findings.append(_finding(node, Verdict.REFUSED, str(error)))
        draft.notes.clear()
        made |= dict.fromkeys(_outputs(node), value)
    return tuple(draft.layers), tuple(findings)


def _finding(node: Node, verdict: Verdict, how: str) -> Finding:
    return Finding(node.name, node.class_name, verdict, how)


def _node(draft: Draft, node: Node, made: dict[str, Value], taken: Counter[str]) -> Value:
    if node.class_name not in LOWERINGS:
        raise UnsupportedLayerError(f"layer kind is none of {', '.join(LOWERINGS)}")
    if problems := list(_wiring_problems(draft, node, made, taken)):
        raise UnsupportedLayerError("; ".join(problems))
    return LOWERINGS[node.class_name](draft, node, *(made[name] for name in node.inputs))


def _wiring_problems(draft: Draft, node: Node, made: dict[str, Value], taken: Counter[str]) -> Iterator[str]:
    if node.odd_types:
        yield f"type {', '.join(node.odd_types.values())} is not plain fixed point"
    if unknown := [name for name in node.inputs if name not in made]:
        yield f"takes {', '.join(unknown)}, which no node before it makes"
    if not draft.is_output(node.name) and not any(taken[name] for name in _outputs(node)):
        yield "no node takes its output, and a network has one output, the last node's; remove it"


def _outputs(node: Node) -> tuple[str, ...]:
    return node.outputs or (node.name,)


def _assumed(node: Node) -> Value:
    """What a refused node would hand on, so that the nodes behind it can be judged too."""
    t = node.types.get("result_t") or Cast(Fixed(16, 6))
    return Value(node.name, t.y, node.shape, t, "result_t" in node.binary)
