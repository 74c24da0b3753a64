"""A recipe's layers at their places: names, shapes and bit widths. Models, costs and checks are made from it.

Names count each kind: ``conv_0``, ``conv_1``, ``pool_0``, ``dense_0``; the output layer is the last dense one. They are
the same in Keras, in hls4ml, in the RTL and in ``hardware.folding``.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from edgeflow.errors import InputError
from edgeflow.recipe_layers import (
    Conv,
    Dense,
    Depthwise,
    GlobalPool,
    Layer,
    OutputLayer,
    Pool,
    QuantizedResidual,
    Residual,
    Weighted,
)

Shape = tuple[int, ...]  # (height, width, channels), of a series (length, channels), or (features,)
Place = tuple[str, ...]  # a layer's key below ``hidden``
KINDS = {Dense: "dense", OutputLayer: "dense", Conv: "conv", Depthwise: "depthwise", Pool: "pool", GlobalPool: "pool",
         Residual: "add", QuantizedResidual: "add"}  # fmt: skip


class MisfitError(InputError):
    """A layer that does not fit what comes before it."""

    def __init__(self, place: Place, message: str):
        super().__init__(f"hidden.{'.'.join(place)}: {message}")
        self.place, self.message = place, message


@dataclass(frozen=True)
class Placed:
    """One layer: what the recipe says of it, and what its place adds."""

    name: str
    layer: Layer
    x: Shape
    y: Shape
    activation: str | None  # name of the one behind it, a ReLU in float networks
    norm: str | None = None  # name of the batch norm between them
    branch: tuple["Placed", ...] = ()  # of a residual block

    @property
    def kernel(self) -> Shape:
        """Shape of the weights as Keras has it; depthwise: (height, width, channels, 1)."""
        match self.layer:
            case Conv(filters=filters, kernel=side):
                return (*self.square(side), self.x[-1], filters)
            case Depthwise(depthwise=side):
                return (*self.square(side), self.x[-1], 1)
            case _:
                return (*self.x, *self.y)

    def square(self, side: int) -> Shape:
        """A window of this side: of a series, of this length."""
        return (side,) * (len(self.x) - 1)

    @property
    def channels(self) -> int:
        """Outputs of a position, each with a bias."""
        return self.y[-1]

    @property
    def positions(self) -> int:
        """Pixels that the weights are applied to."""
        return prod(self.y[:-1])

    @property
    def macs(self) -> int:
        """Multiplications of one sample."""
        return self.positions * prod(self.kernel)


class Widths(NamedTuple):
    """Bits of one layer's weights, biases and inputs."""

    weight: int
    bias: int
    x: int


def place(layers: Sequence[Layer], shape: Shape, output: Dense | OutputLayer, classes: int) -> tuple[Placed, ...]:
    """The network on inputs of ``shape``, the output layer last. Raises MisfitError at the first that cannot be."""
    placer = _Placer(exact=isinstance(output, OutputLayer))
    placed = list(placer.chain(layers, shape, ()))
    x = placed[-1].y if placed else shape
    return (*placed, Placed(placer.next("dense"), output, (prod(x),), (classes,), None))


def weighted(placed: Sequence[Placed]) -> Iterator[Placed]:
    """The layers that have weights, branches included, in order."""
    return (one for one in foldable(placed) if not isinstance(one.layer, (Pool, GlobalPool)))


def foldable(placed: Sequence[Placed]) -> Iterator[Placed]:
    """The layers that hardware may fold, branches included: all but sums."""
    for one in placed:
        yield from foldable(one.branch) if one.branch else (one,)


def widths(placed: Sequence[Placed], input_bits: int) -> dict[str, Widths]:
    """Of every layer with weights, by name: each takes what the activation before it makes."""
    found: dict[str, Widths] = {}
    x = input_bits
    for one in placed:
        if isinstance(one.layer, Weighted):
            found[one.name] = Widths(one.layer.weight_bits, one.layer.bias_bits, x)
        found |= widths(one.branch, x)
        x = getattr(one.layer, "activation_bits", x + averaged_bits(one))
    return found


def averaged_bits(placed: Placed) -> int:
    """Bits that averaging adds, because it rounds nothing."""
    return (window(placed) - 1).bit_length() if "average" in _pooling(placed) else 0


def window(placed: Placed) -> int:
    """Pixels that a pooling layer looks at for one of its own."""
    return prod(placed.square(placed.layer.size) if isinstance(placed.layer, Pool) else placed.x[:-1])


def _pooling(placed: Placed) -> str:
    match placed.layer:
        case Pool(pool=kind) | GlobalPool(global_pool=kind):
            return kind
        case _:
            return "none"


class _Placer:
    """``exact``: the network is quantized, and hardware divides by powers of two alone."""

    def __init__(self, exact: bool):
        self.exact = exact
        self.counts: Counter[str] = Counter()

    def next(self, kind: str) -> str:
        self.counts[kind] += 1
        return f"{kind}_{self.counts[kind] - 1}"

    def chain(self, layers: Sequence[Layer], x: Shape, above: Place, activate_last: bool = True) -> Iterator[Placed]:
        for i, layer in enumerate(layers):
            yield (placed := self.placed(layer, x, (*above, str(i)), activate_last or i + 1 < len(layers)))
            x = placed.y

    def placed(self, layer: Layer, x: Shape, at: Place, activate: bool) -> Placed:
        branch: tuple[Placed, ...] = ()
        match layer:
            case Residual() | QuantizedResidual():
                branch = tuple(self.chain(layer.residual, x, (*at, "residual"), activate_last=False))
                y = _same(branch[-1].y, x, at)
            case Dense():
                x, y = (prod(x),), (layer.units,)
            case _:
                y = _image(layer, x, at)
        name = self.next(next(kind for cls, kind in KINDS.items() if isinstance(layer, cls)))
        norm = self.next("norm") if getattr(layer, "batch_norm", False) else None
        activated = activate and not isinstance(layer, (Pool, GlobalPool))
        activation = self.next(getattr(layer, "activation", "relu")) if activated else None
        return self.checked(Placed(name, layer, x, y, activation, norm, branch), at)

    def checked(self, placed: Placed, at: Place) -> Placed:
        pixels = window(placed) if "average" in _pooling(placed) else 1
        if self.exact and pixels & (pixels - 1):
            raise MisfitError(at, f"an average of {pixels} pixels is not exact in hardware; use 4, 16, 64, ... or max")
        return placed


def _same(y: Shape, x: Shape, at: Place) -> Shape:
    if y != x:
        raise MisfitError(at, f"the branch makes {_spelled(y)} of {_spelled(x)}; a sum needs equal shapes")
    return y


def _image(layer: Layer, x: Shape, at: Place) -> Shape:
    if len(x) < 2:
        raise MisfitError(at, f"needs an image, not {_spelled(x)}; dense layers come last")
    *pixels, channels = x
    match layer:
        case Conv(kernel=side, stride=stride, padding=padding, filters=filters):
            return (*_sides(pixels, side, stride, padding, (*at, "kernel")), filters)
        case Depthwise(depthwise=side, stride=stride, padding=padding):
            return (*_sides(pixels, side, stride, padding, (*at, "depthwise")), channels)
        case Pool(size=side):
            return (*_sides(pixels, side, side, "valid", (*at, "size")), channels)
        case _:
            return (channels,)


def _sides(pixels: Sequence[int], side: int, stride: int, padding: str, at: Place) -> Shape:
    if side > min(pixels) and padding == "valid":
        window, what = _spelled([side] * len(pixels)), "an image" if len(pixels) > 1 else "a series"
        raise MisfitError(at, f"a window of {window} does not fit {what} of {_spelled(pixels)}")
    return tuple(-(-n // stride) if padding == "same" else (n - side) // stride + 1 for n in pixels)


def _spelled(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape)) + (" values" if len(shape) == 1 else "")
