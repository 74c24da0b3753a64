"""Lower an hls4ml graph to the integer ``Network``: Input, Dense, relu and linear casts in one chain, bit for bit.

Casts happen only at assignment, as in ap_fixed: a dense layer is one exact sum, a cast to ``accum_t`` and one to
``result_t``. A cast that cannot change a value is wires and makes no layer.
"""

from itertools import pairwise
from math import prod

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed
from edgeflow.frontends._casts import changes, input_cast
from edgeflow.frontends._dense import dense
from edgeflow.frontends._nodes import Node
from edgeflow.kernels.relu import Relu
from edgeflow.kernels.requantize import Requantize
from edgeflow.network.network import Kernel, Layer, Network


def lower(nodes: tuple[Node, ...], name: str) -> Network:
    """The network that computes what hls4ml's csim computes, on integers at each tensor's own scale.

    Raises UnsupportedLayerError once, naming every node without an exact lowering.
    """
    layers: list[Layer] = []
    problems = _chain_problems(nodes)
    for before, node in pairwise(nodes):
        x = layers[-1].kernel.y if layers else input_cast(nodes).y
        try:
            layers += _layers(node, x, prod(before.shape))
        except UnsupportedLayerError as error:
            problems.append(f"{node.name} ({node.class_name}): {error}")
    if problems:
        raise UnsupportedLayerError(f"network {name}: no exact lowering for\n  " + "\n  ".join(problems))
    if not layers:
        raise UnsupportedLayerError(f"network {name}: only wires between input and output; nothing to build")
    return Network(name, tuple(layers))


def _layers(node: Node, x: Fixed, features: int) -> list[Layer]:
    if node.odd_types:
        raise UnsupportedLayerError(f"type {', '.join(node.odd_types.values())} is not plain fixed point")
    kernels: list[Kernel]
    match node.class_name, node.activation:
        case "Dense", _:
            return [Layer(node.name + suffix, kernel) for suffix, kernel in dense(node, x)]
        case "Activation", "relu":
            kernels = _relu(node, x, features)
        case "Activation", "linear":
            kernels = _linear(node, x, features)
        case "Activation", other:
            raise UnsupportedLayerError(f'activation "{other}" is none of relu, linear')
        case _:
            raise UnsupportedLayerError("layer kind is none of Input, Dense, Activation")
    return [Layer(node.name, kernel) for kernel in kernels]


def _relu(node: Node, x: Fixed, features: int) -> list[Kernel]:
    t = node.types["result_t"]
    nothing_to_do = x.lo == 0 and not changes(x, t)
    return [] if nothing_to_do else [Relu(x, t.y, t.rounding, t.overflow, features)]


def _linear(node: Node, x: Fixed, features: int) -> list[Kernel]:
    t = node.types["result_t"]
    return [Requantize(x, t.y, t.rounding, t.overflow, features)] if changes(x, t) else []


def _chain_problems(nodes: tuple[Node, ...]) -> list[str]:
    """A network is a chain that starts at its only input; anything else would be wired wrongly, not refused."""
    if not nodes or nodes[0].class_name != "Input" or nodes[0].odd_types:
        raise UnsupportedLayerError("graph: its first node is not an Input with a fixed-point type")
    return [
        f"{node.name} ({node.class_name}): takes {', '.join(node.inputs)}, not the one node before it, {before.name}"
        for before, node in pairwise(nodes)
        if node.inputs != (before.name,)
    ]
