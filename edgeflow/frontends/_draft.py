"""What a lowering grows, layer by layer, and the tensors it hands on."""

from dataclasses import dataclass, replace
from math import prod

from edgeflow.fixedpoint import Fixed
from edgeflow.frontends._casts import changes
from edgeflow.frontends._lowered import Origin
from edgeflow.frontends._nodes import Cast, Node
from edgeflow.kernels.requantize import Requantize
from edgeflow.network.network import Kernel, Layer


@dataclass(frozen=True)
class Value:
    """A tensor of the graph, as integers of ``format`` that layer ``source`` makes."""

    source: str  # a layer's name, or network.INPUT
    format: Fixed  # holds every value; often narrower than hls4ml's own type
    shape: tuple[int, ...]  # without the batch, channels last
    type: Cast  # hls4ml's own
    binary: bool = False  # one bit: 0 stands for -1
    zeros: tuple[int, ...] = ()  # low bits that each value has for nothing, on a grid finer than its own; (): none

    @property
    def features(self) -> int:
        return prod(self.shape)


class Draft:
    """The network's layers so far, and what was said about the node at hand."""

    def __init__(self, output: str):
        self.layers: list[Layer] = []
        self.notes: list[str] = []
        self.origins: dict[str, Origin] = {}  # of layers that quantize: what they round
        self._output = output
        self._names: set[str] = set()

    def is_output(self, name: str) -> bool:
        return name == self._output

    def note(self, how: str) -> None:
        """Say that the node at hand becomes something else than its name promises."""
        self.notes.append(how)

    def add(self, name: str, kernel: Kernel, *inputs: Value) -> Value:
        """One more layer."""
        while name in self._names:
            name += "_"
        self._names.add(name)
        self.layers.append(Layer(name, kernel, tuple(x.source for x in inputs)))
        return Value(name, kernel.y, (kernel.out_features,), Cast(kernel.y))

    def replace(self, name: str, kernel: Kernel) -> Value:
        """The last layer, which must be of that name and have no taker yet, with another kernel."""
        last = self.layers.pop()
        assert last.name == name, "only the last layer is taken by nobody"
        self.layers.append(Layer(name, kernel, last.sources))
        return Value(name, kernel.y, (kernel.out_features,), Cast(kernel.y))

    def cast(self, name: str, x: Value, t: Cast) -> Value:
        """``x`` assigned to ``t``: a layer where that changes some value, else nothing."""
        if not changes(x.format, t):
            return x
        return self.add(name, Requantize(x.format, t.y, t.rounding, t.overflow, x.features), x)

    def result(self, node: Node, x: Value) -> Value:
        """``x`` assigned to the node's ``result_t``: its output."""
        return typed(node, self.cast(f"{node.name}_result", x, node.types["result_t"]))


def typed(node: Node, x: Value) -> Value:
    """``x`` as the node's output: its shape and its type."""
    return replace(x, shape=node.shape, type=node.types["result_t"], binary="result_t" in node.binary)
