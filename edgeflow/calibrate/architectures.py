"""Kinds of networks: the families that the estimator is judged by, each left out in turn."""

from collections.abc import Callable

import numpy as np

from edgeflow.calibrate.growing import Growing, Image
from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.affine import Affine
from edgeflow.kernels.argmax import Argmax
from edgeflow.kernels.clip import Clip
from edgeflow.kernels.concatenate import Concatenate
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.divide import Divide
from edgeflow.kernels.leaky_relu import LeakyRelu
from edgeflow.kernels.merge import Merge, Operation
from edgeflow.kernels.permute import Permute
from edgeflow.kernels.requantize import Requantize
from edgeflow.kernels.resize import Resize
from edgeflow.kernels.table import Table
from edgeflow.kernels.threshold import Threshold


def mlp(g: Growing) -> None:
    """Dense layers."""
    for _ in range(g.between(0, 2)):
        g.relu(g.dense(g.one_of((4, 6, 8, 10, 12, 16, 24, 32))))
    g.dense(g.one_of((1, 2, 3, 5, 8, 10)))
    _head(g)


def cnn(g: Growing) -> None:
    """Convolutions of images, pools, a dense head."""
    _convolutions(g, lambda: g.one_of(((3, 3), (3, 3), (2, 2), (1, 1))), (2, 2))
    _classes(g)


def series(g: Growing) -> None:
    """Convolutions along one axis."""
    _convolutions(g, lambda: (1, g.one_of((2, 3, 4, 5))), (1, 2))
    _classes(g)


def separable(g: Growing) -> None:
    """Depthwise convolutions, each with a pointwise one behind it."""
    g.relu(g.conv(g.one_of((2, 3, 4, 6)), (3, 3)))
    for _ in range(g.between(1, 2)):
        g.relu(g.depthwise((3, 3), same=g.one_of((True, False))))
        g.relu(g.conv(g.one_of((3, 4, 6, 8)), (1, 1)))
    _classes(g)


def residual(g: Growing) -> None:
    """Branches that meet again."""
    g.relu(g.conv(g.one_of((2, 3, 4)), (3, 3)))
    for _ in range(g.between(1, 2)):
        _shortcut(g, g.one_of((_one_conv, _one_depthwise)))
    if g.one_of((True, False)):
        _beside(g)
    _classes(g)


def curves(g: Growing) -> None:
    """Activations of every kind between small layers."""
    for _ in range(g.between(1, 2)):
        if g.image[0] * g.image[1] > 1:
            spread = g.conv(g.one_of((2, 3, 4, 6)), g.one_of(((1, 1), (2, 2))))
        else:
            spread = g.dense(g.one_of((4, 6, 8, 12)))
        g.cast(spread, Fixed(g.between(4, 8), 0))
        _activation(g)
    _classes(g)


def pools(g: Growing) -> None:
    """Windows without weights, values moved about."""
    for _ in range(g.between(1, 3)):
        height, width, channels = g.image
        match g.between(0, 3):
            case 0 if min(height, width) >= 2:
                g.pool(g.one_of(((2, 2), (1, 2), (2, 1))))
            case 1 if min(height, width) >= 3:
                geometry = g.window(g.one_of(((2, 2), (3, 3))))
                _summed(g, geometry)
            case 2:
                before, after = (g.between(0, 1), g.between(0, 1)), (g.between(0, 2), g.between(0, 1))
                resized = Resize(Geometry(height, width, channels, before=before, after=after), g.x)
                g.add(resized, (height + before[0] + after[0], width + before[1] + after[1], channels))
            case _:
                order = np.arange(g.features).reshape(g.image).transpose(1, 0, 2)
                g.add(Permute(g.x, tuple(order.ravel().tolist())), (width, height, channels))
    _classes(g)


def binary(g: Growing) -> None:
    """Weights of one or two bits, activations of few steps as thresholds."""
    g.weight_bits = g.one_of((1, 2))
    if g.one_of((True, False)):
        _steps(g, g.conv(g.one_of((4, 6, 8)), (3, 3)))
    for _ in range(g.between(1, 2)):
        _steps(g, g.dense(g.one_of((8, 12, 16, 24, 32))))
    g.dense(g.one_of((2, 5, 10)))
    _head(g)


Architecture = Callable[[Growing], None]
FLAT, PICTURE, SMALL, SERIES = "flat", "picture", "small", "series"
ARCHITECTURES: dict[str, tuple[Architecture, str]] = {
    "mlp": (mlp, FLAT),
    "cnn": (cnn, PICTURE),
    "series": (series, SERIES),
    "separable": (separable, PICTURE),
    "residual": (residual, SMALL),
    "curves": (curves, PICTURE),
    "pools": (pools, PICTURE),
    "binary": (binary, PICTURE),
}


def image(rng: np.random.Generator, kind: str) -> Image:
    """Of a network's input."""
    match kind:
        case "flat":
            return (1, 1, int(rng.choice([4, 6, 8, 12, 16, 20, 24, 32])))
        case "series":
            return (1, int(rng.integers(8, 33)), int(rng.integers(1, 4)))
        case _:
            most = 8 if kind == "small" else 12  # branches take their time to be scheduled
            side, other = (int(rng.integers(5, most, endpoint=True)) for _ in range(2))
            return (side, other if rng.random() < 0.3 else side, int(rng.choice([1, 1, 2, 3])))


def _convolutions(g: Growing, kernel: Callable[[], tuple[int, int]], pool: tuple[int, int]) -> None:
    for _ in range(g.between(1, 2)):
        size = kernel()
        if size[0] > g.image[0] or size[1] > g.image[1]:
            break
        g.relu(g.conv(g.one_of((2, 3, 4, 6, 8)), size, g.one_of((1, 1, 2)), g.one_of((True, False))))
        if pool[0] <= g.image[0] and pool[1] <= g.image[1] and g.one_of((True, False)):
            g.pool(pool)


def _classes(g: Growing) -> None:
    if g.features <= 256 and g.one_of((True, True, False)):
        g.dense(g.one_of((2, 3, 5, 10)))
        _head(g)


def _head(g: Growing) -> None:
    match g.between(0, 3):
        case 0:
            g.cast(2.0 ** (g.x.width - 3), Fixed(8, 0), Requantize)
        case 1 if g.features > 1:
            g.add(Argmax(g.x, g.features), (1, 1, 1))


def _shortcut(g: Growing, layers: Callable[[Growing], None]) -> None:
    start, x, image = g.last, g.x, g.image
    layers(g)
    operation = g.one_of((Operation.ADD, Operation.ADD, Operation.MAXIMUM))
    g.add(Merge(operation, x, g.x, g.features), image, (start, g.last))
    g.relu(float(g.x.hi) / 2)


def _one_conv(g: Growing) -> None:
    g.relu(g.conv(g.image[2], g.one_of(((3, 3), (1, 1))), same=True))


def _one_depthwise(g: Growing) -> None:
    g.relu(g.depthwise((3, 3), same=True))


def _beside(g: Growing) -> None:
    """Two ways, their channels side by side."""
    start, x, image = g.last, g.x, g.image
    y = Fixed(g.activation_bits, 0, signed=False)
    g.relu(g.conv(g.one_of((2, 4)), (3, 3), same=True))
    one, own = g.last, g.x
    channels = g.image[2]
    g.last, g.x, g.image = start, x, image
    same = Fixed(y.width, own.frac, signed=False)
    g.add(Requantize(g.x, same, Rounding.RND, Overflow.SAT, g.features))
    parts = (channels, image[2])
    joined = (image[0], image[1], sum(parts))
    g.add(Concatenate(same, parts, image[0] * image[1]), joined, (one, g.last))


def _activation(g: Growing) -> None:
    x = g.x
    match g.between(0, 5):
        case 0:
            g.add(_table(g))
        case 1:
            slope, y = g.between(1, 7), Fixed(g.between(3, 6), x.frac - 1)
            g.add(LeakyRelu(x, slope, 3, y, Rounding.TRN, Overflow.SAT, g.features))
        case 2:
            g.add(Clip(x, -g.between(0, 6), g.between(1, 7), g.features))
        case 3:
            g.add(Affine(x, g.between(-7, 7) or 3, 2, g.between(-9, 9), g.features))
            g.cast(float(g.x.hi) / 2, Fixed(g.between(3, 6), 0))
        case 4:
            g.add(Divide(x, g.between(3, 12), g.features))
        case _:
            _steps(g, float(x.hi) / 2)


def _table(g: Growing) -> Table:
    y = Fixed(g.between(3, 8), 0)
    y = Fixed(y.width, y.width - 1)
    inputs = np.arange(g.x.lo, g.x.hi + 1) / (1 << (g.x.width - 3))
    curves = (np.tanh(inputs), 1 / (1 + np.exp(-inputs)), np.sin(2 * inputs))
    values = np.clip(np.floor(g.one_of(curves) * (1 << y.frac)), y.lo, y.hi).astype(np.int64)
    return Table(g.x, values, y, g.features)


def _steps(g: Growing, spread: float) -> None:
    """Thresholds of each channel, sorted."""
    channels, steps = g.image[2], g.one_of((1, 1, 2, 3))
    drawn = np.sort(np.rint(g.rng.normal(0, max(spread, 1.0), (channels, steps))), axis=1).astype(np.int64)
    g.add(Threshold(g.x, np.clip(drawn, g.x.lo, g.x.hi), 0, g.features // channels))


def _summed(g: Growing, geometry: Geometry) -> None:
    """An average of a window: sums, then a division."""
    channels = geometry.channels
    ones = np.ones((*geometry.kernel, channels), np.int64)
    g.add(
        Depthwise(geometry, ones, np.zeros(channels, np.int64), g.x, Fixed(1, 0, signed=False)),
        (geometry.out_height, geometry.out_width, channels),
    )
    g.add(Divide(g.x, geometry.taps, g.features))
