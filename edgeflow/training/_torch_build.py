"""PyTorch modules of a recipe's networks: float ones, and the Brevitas student. Images channels first in, logits out.

Every module has its layer's name in the layout; a residual block holds its branch. An image is flattened row by row,
channels last, as everywhere else, so a dense layer's weights mean the same in every framework. A series, samples of
(length, channels), takes PyTorch's layers of one dimension.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, Protocol

from edgeflow.recipe import FloatNetwork, Student
from edgeflow.recipe_layers import Conv, Depthwise, GlobalPool, Pool
from edgeflow.recipe_layout import Placed, Shape
from edgeflow.training._quantizers import Quantizers
from edgeflow.training._torch import Module, Network, nn, torch


class Layers(Protocol):
    """The kinds of layers that differ between float and quantized networks."""

    def dense(self, placed: Placed, inputs: int, outputs: int) -> Module: ...

    def conv(self, placed: Placed, inputs: int, outputs: int, **geometry: Any) -> Module: ...

    def activation(self, placed: Placed) -> Module: ...

    def sum(self, placed: Placed) -> Module: ...


def float_model(spec: FloatNetwork, shape: Shape, classes: int) -> Network:
    """The float network for inputs of ``shape``; flat inputs if its first layer is dense."""
    layout = spec.layout(shape, classes)
    return Network(layout[0].x, _chain(layout, layout[0].x, _Float()))


def student_model(spec: Student, shape: Shape, classes: int, free_widths: bool = False) -> Network:
    """The recipe's quantized student. ``free_widths``: training moves the weight bits, from the recipe's on."""
    layers, layout = Quantizers(spec, free_widths), spec.layout(shape, classes)
    return Network(layout[0].x, [("input_quantizer", layers.input()), *_chain(layout, layout[0].x, layers)])


class Flatten(Module):
    """An image (channels, height, width) as values, row by row, channels last; a series in time."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x.permute(0, 2, 3, 1) if len(x.shape) == 4 else x.permute(0, 2, 1)).flatten(1)


class Residual(Module):
    """``x + branch(x)``."""

    def __init__(self, branch: Module, add: Module):
        super().__init__()
        self.branch, self.add = branch, add

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.add(x, self.branch(x))


class Add(Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y


class AverageOfSeries(nn.AvgPool1d):
    """Brevitas knows the scale of an average of an image's pixels alone."""

    def forward(self, x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            return super().forward(x)
        taps = prod(self.kernel_size)
        bits = torch.ceil(torch.log2((2.0**x.bit_width - 1) * taps))
        return x.set(value=super().forward(x.value), scale=x.scale / taps, bit_width=bits)


# (kind, axes of a sample): pooling
POOLS: dict[tuple[str, int], Any] = {
    ("max", 3): nn.MaxPool2d,
    ("max", 2): nn.MaxPool1d,
    ("average", 3): nn.AvgPool2d,
    ("average", 2): AverageOfSeries,
}


class _Float:
    def dense(self, placed: Placed, inputs: int, outputs: int) -> Module:
        return nn.Linear(inputs, outputs)

    def conv(self, placed: Placed, inputs: int, outputs: int, **geometry: Any) -> Module:
        return (nn.Conv2d if len(placed.x) == 3 else nn.Conv1d)(inputs, outputs, **geometry)

    def activation(self, placed: Placed) -> Module:
        return nn.ReLU()

    def sum(self, placed: Placed) -> Module:
        return Add()


def _chain(layout: Sequence[Placed], x: Shape, layers: Layers) -> Iterator[tuple[str, Module]]:
    for placed in layout:
        if len(placed.x) < len(x):
            yield f"flatten_{placed.name}", Flatten()
        yield from _layer(placed, layers)
        if placed.norm:
            image = len(placed.y) == 3
            yield placed.norm, (nn.BatchNorm2d if image else nn.BatchNorm1d)(placed.channels)
        if placed.activation:
            yield placed.activation, layers.activation(placed)
        x = placed.y


def _layer(placed: Placed, layers: Layers) -> Iterator[tuple[str, Module]]:
    name = placed.name
    match placed.layer:
        case _ if placed.branch:
            branch = nn.Sequential(OrderedDict(_chain(placed.branch, placed.x, layers)))
            yield name, Residual(branch, layers.sum(placed))
        case Conv(kernel=side, stride=stride, padding=padding):
            yield from _padded(placed, side, stride, padding, 1, layers)
        case Depthwise(depthwise=side, stride=stride, padding=padding):
            yield from _padded(placed, side, stride, padding, placed.x[-1], layers)
        case Pool(pool=kind, size=side):
            yield name, POOLS[kind, len(placed.x)](side)
        case GlobalPool(global_pool=kind):
            yield name, POOLS[kind, len(placed.x)](placed.x[:-1])
            yield f"flatten_{name}", Flatten()
        case _:
            yield name, layers.dense(placed, placed.x[0], placed.y[0])


def _padded(
    placed: Placed, side: int, stride: int, padding: str, groups: int, layers: Layers
) -> Iterator[tuple[str, Module]]:
    """``same`` is TensorFlow's: the odd row and column of zeros come last, which needs a module of its own."""
    geometry: dict[str, Any] = {"kernel_size": side, "stride": stride, "groups": groups}
    if padding == "same":
        around = [_zeros(n, side, stride) for n in placed.x[:-1]]
        if all(before == after for before, after in around):
            geometry["padding"] = tuple(before for before, _ in around)
        else:
            sides = sum(reversed(around), ())  # the last axis first
            yield f"pad_{placed.name}", (nn.ZeroPad2d if len(around) == 2 else nn.ZeroPad1d)(sides)
    yield placed.name, layers.conv(placed, placed.x[-1], placed.channels, **geometry)


def _zeros(size: int, side: int, stride: int) -> tuple[int, int]:
    """Zeros before and after, so that an output pixel stands at every ``stride``-th input pixel."""
    outputs = -(-size // stride)
    missing = max(0, (outputs - 1) * stride + side - size)
    return missing // 2, missing - missing // 2
