"""A recipe's student as an integer network before it is trained: weights drawn as training leaves them.

Formats are the recipe's own; weights are normal, their spread falls with a layer's inputs and is at least a step of
their format, biases are small, the shares that pruning steps name are zero, the smallest first. Such a network costs
about what the trained one will; its cycles are the same where layers are folded.
"""

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.maxpool import MaxPool
from edgeflow.kernels.merge import Merge, Operation
from edgeflow.kernels.relu import Relu
from edgeflow.kernels.requantize import Requantize
from edgeflow.kernels.threshold import Threshold
from edgeflow.network.network import INPUT, Kernel, Layer, Network
from edgeflow.recipe import Recipe
from edgeflow.recipe_layers import Activated, GlobalPool, Pool, Weighted
from edgeflow.recipe_layers import Conv as RecipeConv
from edgeflow.recipe_layers import Depthwise as RecipeDepthwise
from edgeflow.recipe_layout import Placed, Shape

# Spread of weights, where 1 is the end of their format. Trained students: 0.45, 0.20, 0.15, 0.14 for 9, 72, 144, 252
# inputs (models/mnist_cnn, 4 bits); 0.94 n ** -0.20 over the layers of calibrate/students, which were trained longer.
SPREAD, SLOPE, LEAST_STEPS = 1.0, -0.28, 1.1
BIAS_SPREAD = 0.1


def drawn_network(recipe: Recipe, shape: Shape, classes: int) -> Network:
    """Always the same for a recipe."""
    student = recipe.student
    drawing = _Drawing(np.random.default_rng(recipe.seed), _sparsity(recipe))
    x = Fixed(student.input_bits, student.input_bits, signed=False)
    layers = list(drawing.chain(student.layout(shape, classes), x, INPUT))
    return Network(recipe.name, tuple(layers))


def _sparsity(recipe: Recipe) -> float:
    """Share of weights that pruning takes away, all steps together."""
    kept = 1.0
    for step in recipe.compression:
        section = getattr(step, "prune", None)
        if section is not None and section.what == "weights":
            kept *= 1 - section.sparsity
    return 1 - kept


class _Drawing:
    def __init__(self, rng: np.random.Generator, sparsity: float):
        self.rng, self.sparsity = rng, sparsity
        self.x, self.last = Fixed(1), INPUT

    def chain(self, placed: Sequence[Placed], x: Fixed, last: str) -> Iterator[Layer]:
        self.x, self.last = x, last
        for one in placed:
            yield from self._placed(one)

    def _placed(self, one: Placed) -> Iterator[Layer]:
        match one.layer:
            case _ if one.branch:
                start, x = self.last, self.x
                yield from self.chain(one.branch, x, start)
                yield self._add(one.name, Merge(Operation.ADD, x, self.x, prod(one.y)), (start, self.last))
            case Pool() | GlobalPool():
                yield from self._pool(one)
            case Weighted():
                yield self._add(one.name, self._weighted(one, one.layer))
        if one.activation and isinstance(one.layer, Activated):
            yield self._add(one.activation, self._activation(one.layer, prod(one.y)))

    def _add(self, name: str, kernel: Kernel, sources: tuple[str, ...] = ()) -> Layer:
        layer = Layer(name, kernel, sources or (self.last,))
        self.last, self.x = name, kernel.y
        return layer

    def _weighted(self, one: Placed, layer: Weighted) -> Kernel:
        w = Fixed(max(2, layer.weight_bits), max(1, layer.weight_bits - 1))
        weight, x = self._weights(one.kernel, layer.weight_bits), self.x
        scale = 2.0 ** (x.frac + w.frac)
        bias = np.rint(self.rng.normal(0, BIAS_SPREAD, one.channels) * scale).astype(np.int64)
        match one.layer:
            case RecipeDepthwise():
                geometry = _geometry(one, one.layer.depthwise, one.layer.stride, one.layer.padding)
                return Depthwise(geometry, weight.reshape(*geometry.kernel, -1), bias, x, w)
            case RecipeConv():
                geometry = _geometry(one, one.layer.kernel, one.layer.stride, one.layer.padding)
                return Conv(geometry, weight.reshape(*geometry.kernel, *weight.shape[-2:]), bias, x, w)
            case _:
                return Dense(weight.reshape(-1, one.channels), bias, x, w)

    def _weights(self, shape: Shape, bits: int) -> Integers:
        if bits == 1:
            return self.rng.choice([-1, 1], shape).astype(np.int64)
        end, most = 1 << (bits - 1), (1 << (bits - 1)) - 1
        spread = max(SPREAD * prod(shape[:-1]) ** SLOPE, LEAST_STEPS / end)
        real = self.rng.normal(0, spread, shape) * end
        kept = np.abs(real) >= np.quantile(np.abs(real), self.sparsity)  # pruning takes the smallest, zeros first
        drawn: Integers = np.clip(np.rint(real), -most, most).astype(np.int64) * kept
        return drawn

    def _activation(self, layer: Activated, features: int) -> Kernel:
        bits, integer = layer.activation_bits, layer.activation_integer_bits
        match layer.activation:
            case "bipolar":
                return Threshold(self.x, np.zeros((1, 2), np.int64), -1, features)
            case "hard_tanh":
                y = Fixed(bits, bits - 1 - integer)
                return Requantize(self.x, y, Rounding.RND_CONV, Overflow.SAT, features)
            case _:
                y = Fixed(bits, bits - integer, signed=False)
                return Relu(self.x, y, Rounding.RND_CONV, Overflow.SAT, features)

    def _pool(self, one: Placed) -> Iterator[Layer]:
        assert isinstance(one.layer, (Pool, GlobalPool))
        whole = isinstance(one.layer, GlobalPool)
        height, width = _sides(one.x)
        side = one.layer.size if isinstance(one.layer, Pool) else 0
        kernel = (height, width) if whole else (1 if len(one.x) == 2 else side, side)
        geometry = Geometry(height, width, one.x[-1], kernel, kernel)
        if "max" in (one.layer.global_pool if isinstance(one.layer, GlobalPool) else one.layer.pool):
            yield self._add(one.name, MaxPool(geometry, self.x))
            return
        ones = np.ones((*kernel, one.x[-1]), np.int64)
        w = Fixed(1, (geometry.taps - 1).bit_length(), signed=False)  # the division is a shift of the point
        yield self._add(one.name, Depthwise(geometry, ones, np.zeros(one.x[-1], np.int64), self.x, w))


def _sides(shape: Shape) -> tuple[int, int]:
    """Height and width; a series is an image of one row."""
    return (1, shape[0]) if len(shape) == 2 else (shape[0], shape[1])


def _geometry(one: Placed, side: int, stride: int, padding: str) -> Geometry:
    height, width = _sides(one.x)
    kernel = (1, side) if len(one.x) == 2 else (side, side)
    steps = (1, stride) if len(one.x) == 2 else (stride, stride)
    before, after = (0, 0), (0, 0)
    if padding == "same":
        whole = [max(0, (-(-n // s) - 1) * s + k - n) for n, s, k in zip((height, width), steps, kernel, strict=True)]
        before = (whole[0] // 2, whole[1] // 2)
        after = (whole[0] - before[0], whole[1] - before[1])
    return Geometry(height, width, one.x[-1], kernel, steps, before=before, after=after)
