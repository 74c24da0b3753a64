"""A random network in the making: layers on top of each other, with weights drawn as training leaves them.

All choices come from one seeded generator, so that a number stands for the same network for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, log2, prod
from typing import TypeVar

import numpy as np

from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.maxpool import MaxPool
from edgeflow.kernels.relu import Relu
from edgeflow.kernels.requantize import Requantize
from edgeflow.network.network import INPUT, Kernel, Layer, Network

Value = TypeVar("Value")
Image = tuple[int, int, int]  # height, width, channels
ROUNDINGS = (Rounding.RND_CONV, Rounding.TRN, Rounding.RND)
STYLES = ("normal", "laplace", "uniform")


@dataclass
class Growing:
    rng: np.random.Generator
    x: Fixed
    image: Image
    weight_bits: int
    activation_bits: int
    density: float
    style: str
    last: str = INPUT
    layers: list[Layer] = field(default_factory=list)

    @property
    def features(self) -> int:
        return prod(self.image)

    def one_of(self, values: Sequence[Value]) -> Value:
        return values[int(self.rng.integers(len(values)))]

    def between(self, lo: int, hi: int) -> int:
        return int(self.rng.integers(lo, hi, endpoint=True))

    def add(self, kernel: Kernel, image: Image | None = None, sources: tuple[str, ...] = (), name: str = "") -> None:
        name = f"{name or type(kernel).__name__.lower()}_{len(self.layers)}"
        self.layers.append(Layer(name, kernel, sources or (self.last,)))
        self.last, self.x = name, kernel.y
        self.image = image or self.image

    def network(self, name: str) -> Network:
        return Network(name, tuple(self.layers))

    def weights(self, shape: tuple[int, ...]) -> tuple[Integers, Fixed]:
        """As training leaves them: most near zero, some pruned; one bit is minus or plus one."""
        bits = self.weight_bits
        if bits == 1:
            return self.rng.choice([-1, 1], shape).astype(np.int64), Fixed(2, 0)
        most = (1 << (bits - 1)) - 1
        real = _drawn(self.rng, self.style, shape)
        kept = self.rng.random(shape) < self.density
        weight = np.clip(np.rint(real * (most + 0.5)), -most, most).astype(np.int64) * kept
        return weight, Fixed(bits, bits - 1)

    def bias(self, outputs: int, weight: Integers) -> Integers:
        spread = max(1.0, self._spread(weight) / 2)
        return np.rint(self.rng.normal(0, spread, outputs)).astype(np.int64)

    def _spread(self, weight: Integers) -> float:
        """A typical sum's size."""
        per_output = weight.reshape(-1, weight.shape[-1])
        return float(np.sqrt((per_output**2).sum(axis=0).mean())) * max(1, self.x.hi) / 2

    def dense(self, outputs: int) -> float:
        weight, w = self.weights((self.features, outputs))
        spread = self._spread(weight)
        self.add(Dense(weight, self.bias(outputs, weight), self.x, w), (1, 1, outputs))
        return spread

    def conv(self, filters: int, kernel: tuple[int, int], stride: int = 1, same: bool = False) -> float:
        geometry = self.window(kernel, stride, same)
        weight, w = self.weights((*geometry.kernel, geometry.channels, filters))
        spread = self._spread(weight)
        self.add(Conv(geometry, weight, self.bias(filters, weight), self.x, w), out_image(geometry, filters))
        return spread

    def depthwise(self, kernel: tuple[int, int], same: bool = False) -> float:
        geometry = self.window(kernel, 1, same)
        weight, w = self.weights((*geometry.kernel, geometry.channels))
        spread = self._spread(weight)
        bias = self.bias(geometry.channels, weight)
        self.add(Depthwise(geometry, weight, bias, self.x, w), out_image(geometry, geometry.channels))
        return spread

    def pool(self, size: tuple[int, int]) -> None:
        height, width, channels = self.image
        geometry = Geometry(height, width, channels, size, size)
        self.add(MaxPool(geometry, self.x), out_image(geometry, channels))

    def relu(self, spread: float, bits: int | None = None) -> None:
        """Down to the activations' width; the typical sum takes half of its range."""
        self.cast(spread, Fixed(bits or self.activation_bits, 0, signed=False), Relu)

    def cast(self, spread: float, y: Fixed, kind: type[Relu] | type[Requantize] = Requantize) -> None:
        shift = max(0, ceil(log2(max(spread, 1.0) * 2)) - (y.width - y.signed))
        y = Fixed(y.width, self.x.frac - shift, y.signed)
        overflow = Overflow.SAT if self.rng.random() < 0.9 else Overflow.WRAP
        self.add(kind(self.x, y, self.one_of(ROUNDINGS), overflow, self.features))

    def window(self, kernel: tuple[int, int], stride: int = 1, same: bool = False) -> Geometry:
        """Of that kernel, or of as much of it as the image holds."""
        height, width, channels = self.image
        rows, columns = min(kernel[0], height), min(kernel[1], width)
        before = ((rows - 1) // 2, (columns - 1) // 2) if same else (0, 0)
        after = (rows - 1 - before[0], columns - 1 - before[1]) if same else (0, 0)
        steps = (stride if height > 1 else 1, stride)
        return Geometry(height, width, channels, (rows, columns), steps, before=before, after=after)


def started(rng: np.random.Generator, image: Image) -> Growing:
    """Widths of 1 to 8 bits, most of them as networks have that were made for FPGAs."""
    bits = rng.choice([1, 2, 3, 4, 5, 6, 7, 8], p=[0.08, 0.12, 0.18, 0.22, 0.12, 0.14, 0.04, 0.10])
    activation = rng.choice([1, 2, 3, 4, 5, 6, 7, 8], p=[0.05, 0.10, 0.17, 0.24, 0.12, 0.14, 0.06, 0.12])
    width, signed = int(rng.integers(2, 9)), bool(rng.random() < 0.4)
    x = Fixed(width, width - 1 if signed else width, signed)
    density = float(rng.choice([1.0, 0.75, 0.5, 0.35, 0.2], p=[0.35, 0.2, 0.2, 0.15, 0.1]))
    style = STYLES[int(rng.integers(len(STYLES)))]
    return Growing(rng, x, image, int(bits), int(activation), density, style)


def out_image(geometry: Geometry, channels: int) -> Image:
    return (geometry.out_height, geometry.out_width, channels)


def _drawn(rng: np.random.Generator, style: str, shape: tuple[int, ...]) -> np.ndarray:
    match style:
        case "normal":
            return rng.normal(0, 0.35, shape)
        case "laplace":
            return rng.laplace(0, 0.22, shape)
        case _:
            return rng.uniform(-1, 1, shape)
