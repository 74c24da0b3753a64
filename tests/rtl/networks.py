"""Random networks and shapes, from one ``pick``: images and flat frames, every kind of layer, branches.

Each step takes what was made last (or parts from it and comes back) and narrows what got wide.
"""

from dataclasses import dataclass, field
from math import isqrt

import numpy as np
import pick as choose

from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import Fold, Pixels, divisors, foldable
from edgeflow.kernels.affine import Affine
from edgeflow.kernels.argmax import Argmax
from edgeflow.kernels.clip import Clip
from edgeflow.kernels.concatenate import Concatenate
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.divide import Divide
from edgeflow.kernels.leaky_relu import LeakyRelu
from edgeflow.kernels.maxpool import MaxPool
from edgeflow.kernels.merge import Merge, Operation
from edgeflow.kernels.permute import Permute
from edgeflow.kernels.relu import Relu
from edgeflow.kernels.requantize import Requantize
from edgeflow.kernels.resize import Resize
from edgeflow.kernels.table import Table
from edgeflow.kernels.threshold import Threshold
from edgeflow.network.network import INPUT, Kernel, Layer, Network
from edgeflow.rtl.shapes import Folding

WIDTHS = (1, 2, 3, 4, 5, 6, 8, 9, 12)  # features, so that folds meet which do not divide each other
MOST_PIXELS = 36


@dataclass
class Growing:
    """A network in the making; ``image`` is (height, width, channels) of the last tensor, height 1 of a flat one."""

    pick: choose.Pick
    x: Fixed
    image: tuple[int, int, int]
    last: str = INPUT
    layers: list[Layer] = field(default_factory=list)

    @property
    def features(self) -> int:
        return int(np.prod(self.image))

    def add(self, kernel: Kernel, image: tuple[int, int, int] | None = None, sources: tuple[str, ...] = ()) -> None:
        name = f"layer_{len(self.layers)}"
        self.layers.append(Layer(name, kernel, sources or (self.last,)))
        self.last, self.x = name, kernel.y
        self.image = image or self.image

    def geometry(self, kernel: bool = True, same: bool = False) -> Geometry:
        pick, (height, width, channels) = self.pick, self.image
        if same:
            size = (pick(1, 3), pick(1, 3))
            before = tuple(pick(0, k - 1) for k in size)
            after = tuple(k - 1 - b for k, b in zip(size, before, strict=True))
            return Geometry(height, width, channels, size, before=before, after=after)
        size = (pick(1, min(3, height)), pick(1, min(3, width))) if kernel else (1, 1)
        dilation = tuple(pick(1, 2) if 2 * k - 1 <= n else 1 for k, n in zip(size, (height, width), strict=True))
        before, after = (tuple(pick(0, k - 1) for k in size) for _ in range(2))
        return Geometry(height, width, channels, size, (pick(1, 2), pick(1, 2)), dilation, before, after)


def network(pick: choose.Pick, name: str = "random", most_layers: int = 4, most_pixels: int = MOST_PIXELS) -> Network:
    side = isqrt(most_pixels)
    image = (1, 1, choose.one_of(pick, WIDTHS)) if pick(0, 2) == 0 else (pick(1, side), pick(1, side), pick(1, 3))
    growing = Growing(pick, choose.number_format(pick, max_width=6), image)
    for _ in range(pick(1, most_layers)):
        narrow(growing)
        choose.one_of(pick, STEPS)(growing)
    for _ in range(pick(0, 2)):
        cast(growing)
    if pick(0, 3) == 3:
        growing.add(Argmax(growing.x, growing.features), (1, 1, 1))
    return Network(name, tuple(growing.layers))


def folding(pick: choose.Pick, network: Network) -> Folding:
    """One word for all, or each layer in a shape of its own."""
    if pick(0, 5) == 0:
        return choose.one_of(pick, ("unrolled", "folded"))
    return {layer.name: _shape(pick, layer) for layer in network.layers if foldable(layer)}


def _shape(pick: choose.Pick, layer: Layer) -> object:
    kernel = foldable(layer)
    match pick(0, 5):
        case 0:
            return "unrolled"
        case 1:
            return "parallel" if kernel.out_features <= 24 else "unrolled"
        case 2 if hasattr(kernel, "geometry") and not isinstance(kernel, Resize):
            return Pixels(choose.one_of(pick, divisors(kernel.geometry.out_width)))
        case _:
            return Fold(*(choose.one_of(pick, legal) for legal in kernel.folds()))


def narrow(g: Growing) -> None:
    """An accumulator is wide."""
    if g.x.width > 6:
        cast(g)


def cast(g: Growing) -> None:
    pick = g.pick
    y = Fixed(pick(1, 6), g.x.frac - pick(-1, 7), bool(pick(0, 1)))
    g.add(choose.one_of(pick, (Relu, Requantize))(g.x, y, *choose.modes(pick), g.features))


def dense(g: Growing) -> None:
    pick, w = g.pick, _weights(g.pick)
    outputs = choose.one_of(pick, WIDTHS)
    weight = choose.matrix(pick, w.lo, w.hi, 1, g.features * outputs).reshape(g.features, outputs)
    if pick(0, 1):
        weight *= choose.matrix(pick, 0, 1, 1, g.features * outputs).reshape(weight.shape)
    g.add(Dense(weight, choose.matrix(pick, -60, 60, 1, outputs)[0], g.x, w), (1, 1, outputs))


def conv(g: Growing, same: bool = False) -> None:
    pick, w, geometry = g.pick, _weights(g.pick), g.geometry(same=same)
    shape = (*geometry.kernel, geometry.channels, pick(1, 4))
    weight = choose.matrix(pick, w.lo, w.hi, 1, int(np.prod(shape))).reshape(shape)
    bias = choose.matrix(pick, -60, 60, 1, shape[3])[0]
    g.add(Conv(geometry, weight, bias, g.x, w), (geometry.out_height, geometry.out_width, shape[3]))


def depthwise(g: Growing, same: bool = False) -> None:
    pick, w, geometry = g.pick, _weights(g.pick), g.geometry(same=same)
    shape = (*geometry.kernel, geometry.channels)
    weight = choose.matrix(pick, w.lo, w.hi, 1, int(np.prod(shape))).reshape(shape)
    bias = choose.matrix(pick, -60, 60, 1, shape[2])[0]
    g.add(Depthwise(geometry, weight, bias, g.x, w), (geometry.out_height, geometry.out_width, shape[2]))


def pool(g: Growing) -> None:
    geometry = g.geometry()
    if not (geometry.pixels < 0).all(axis=1).any():
        g.add(MaxPool(geometry, g.x), (geometry.out_height, geometry.out_width, geometry.channels))


def resize(g: Growing) -> None:
    pick, (height, width, channels) = g.pick, g.image
    geometry = g.geometry(kernel=False)
    if pick(0, 1) and height * width * 4 <= MOST_PIXELS:
        geometry = Geometry(height, width, channels, repeat=(pick(1, 2), pick(1, 2)))
    g.add(Resize(geometry, g.x), (geometry.out_height, geometry.out_width, channels))


def activation(g: Growing) -> None:
    pick, x = g.pick, g.x
    kernels = (
        lambda: Affine(x, pick(-5, 5), pick(0, 3), pick(-9, 9), g.features),
        lambda: LeakyRelu(x, pick(-3, 3), pick(0, 3), Fixed(5, x.frac - 1), *choose.modes(pick), g.features),
        lambda: Divide(x, pick(1, 12), g.features),
        lambda: _table(g),
        lambda: _threshold(g),
        lambda: Clip(x, *sorted((pick(-9, 3), pick(0, 9))), g.features),
    )
    g.add(choose.one_of(pick, kernels)())


def _table(g: Growing) -> Table:
    y = Fixed(g.pick(1, 5), g.x.frac, bool(g.pick(0, 1)))
    size = 1 << g.x.width
    return Table(g.x, choose.matrix(g.pick, y.lo, y.hi, 1, size)[0], y, g.features)


def _threshold(g: Growing) -> Threshold:
    """A row of thresholds for every channel."""
    channels, steps = g.image[2], g.pick(1, 3)
    return Threshold(g.x, choose.matrix(g.pick, g.x.lo, g.x.hi, channels, steps), g.pick(-2, 1), g.features // channels)


def permute(g: Growing) -> None:
    """An image's axes in another order, or anything."""
    axes = choose.one_of(g.pick, ((1, 0, 2), (2, 0, 1), (0, 2, 1), (2, 1, 0), (0, 1, 2)))
    order = np.arange(g.features).reshape(g.image).transpose(axes)
    g.add(Permute(g.x, tuple(order.ravel().tolist())), tuple(g.image[axis] for axis in axes))


def merge(g: Growing) -> None:
    """Two ways from one value, one of them perhaps empty, to one operation."""
    start, x, image = g.last, g.x, g.image
    _branch(g)
    one, a = g.last, g.x
    g.last, g.x, g.image = start, x, image
    if g.pick(0, 1):
        _branch(g)
    if one == INPUT:
        return
    op = choose.one_of(g.pick, list(Operation))
    g.add(Merge(op, a, g.x, g.features), sources=(one, g.last))


def concatenate(g: Growing) -> None:
    start, x, image = g.last, g.x, g.image
    conv(g, same=True)
    y = Fixed(4, x.frac)
    g.add(Requantize(g.x, y, Rounding.TRN, Overflow.WRAP, g.features))
    one, channels = g.last, g.image[2]
    g.last, g.x, g.image = start, x, image
    g.add(Requantize(g.x, y, Rounding.RND, Overflow.SAT, g.features))
    parts = (channels, image[2])
    g.add(Concatenate(y, parts, image[0] * image[1]), (*image[:2], sum(parts)), (one, g.last))


def _branch(g: Growing) -> None:
    """Layers that keep the image."""
    choose.one_of(g.pick, (lambda: depthwise(g, same=True), lambda: cast(g)))()
    cast(g)


def _weights(pick: choose.Pick) -> Fixed:
    return Fixed(pick(1, 5), pick(-1, 6), bool(pick(0, 1)))


STEPS = (dense, conv, depthwise, pool, resize, activation, merge, concatenate, permute)
