"""An integer network and what its integers stand for: how real inputs become them, and what comes out as reals.

The network itself is exact; rounding happens at the entry, in the model's own float32 arithmetic, and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError
from edgeflow.fixedpoint import Integers
from edgeflow.network.network import Network

Reals = NDArray[np.floating[Any]]
Fractions = NDArray[Any]  # objects: Fraction


@dataclass(frozen=True, eq=False)
class Entry:
    """Real inputs (samples, *shape) to frames (samples, features), and back to reals that give the same frame."""

    shape: tuple[int, ...]  # of one sample, as the model takes it
    integers: Callable[[Reals], Integers]  # (samples, *shape) to integers, of any shape
    reals: Callable[[Integers], Reals]  # the other way round, to values that these integers stand for
    at: Integers  # where each of those integers lies in a frame

    def quantize(self, x: Reals) -> Integers:
        """Raises InputError for inputs of another size."""
        x = np.asarray(x)
        if x.size % max(1, int(np.prod(self.shape))) or not x.size:
            raise InputError(f"inputs of shape {x.shape} are no samples of {self.shape}")
        found = self.integers(x.reshape(-1, *self.shape))
        frames = np.zeros((len(found), self.at.size), np.int64)
        frames[:, self.at.ravel()] = found.reshape(len(found), -1)
        return frames

    def dequantize(self, frames: Integers) -> Reals:
        """Inputs (samples, *shape) that stand for frames (samples, features)."""
        return self.reals(np.asarray(frames)[:, self.at.ravel()].reshape(-1, *self.at.shape)).reshape(-1, *self.shape)

    def channels_last(self) -> "Entry":
        """The same for samples whose channels come last, as data sets have them, of a model that takes them first."""
        return Entry(
            (*self.shape[1:], self.shape[0]),
            lambda x: self.integers(np.moveaxis(x, -1, 1)),
            lambda integers: np.moveaxis(self.reals(integers).reshape(-1, *self.shape), 1, -1),
            self.at,
        )


@dataclass(frozen=True, eq=False)
class Exit:
    """Frames of the network's output to reals: ``clamp(scale * n + offset)``, rounded once, to float64."""

    at: Integers  # where each element of the model's output lies in the frame; its shape is the output's
    scale: NDArray[np.float64]  # broadcastable to it
    offset: NDArray[np.float64]
    lo: float = -np.inf
    hi: float = np.inf

    def dequantize(self, frames: Integers) -> NDArray[np.float64]:
        """(samples, features) to (samples, *shape)."""
        n = np.asarray(frames, np.float64)[:, self.at.ravel()].reshape(-1, *self.at.shape)
        return np.clip(n * self.scale + self.offset, self.lo, self.hi)

    def integers(self, reals: Reals) -> Integers:
        """The other way round, to the nearest: whatever float32 made of the last bits, equal integers come back."""
        n = np.rint((np.asarray(reals, np.float64).reshape(-1, *self.at.shape) - self.offset) / self.scale)
        frames = np.zeros((len(n), self.at.size), np.int64)
        frames[:, self.at.ravel()] = n.reshape(len(n), -1)
        return frames

    @property
    def clamped(self) -> bool:
        return bool(np.isfinite([self.lo, self.hi]).any())


@dataclass(frozen=True, eq=False)
class Origin:
    """What a quantizer rounded: ``scale * n + offset`` of the integers n of a layer, in units of its grid."""

    layer: str  # or INPUT
    at: Integers  # where each element lies in the frames of that layer
    scale: Fractions  # broadcastable to it
    offset: Fractions
    boundary: Fraction | None  # its results change at whole numbers plus this; None: at ``levels``
    levels: tuple[Fraction, ...] = ()

    def of(self, n: int, place: int) -> tuple[Fraction, Fraction]:
        """The exact value at one place of the frame, and the magnitude of the terms that it is the sum of."""
        element = int(np.flatnonzero(self.at.ravel() == place)[0])
        scale, offset = (np.broadcast_to(part, self.at.shape).flat[element] for part in (self.scale, self.offset))
        return n * scale + offset, abs(n * scale) + abs(offset)

    def distance(self, value: Fraction) -> Fraction:
        """To the nearest boundary."""
        if self.boundary is None:
            return min(abs(value - level) for level in self.levels)
        beyond = value - self.boundary
        return min(beyond - floor(beyond), floor(beyond) + 1 - beyond)


@dataclass(frozen=True, eq=False)
class Tap:
    """A quantized activation of the model: which layer makes it, and what its integers stand for."""

    tensor: str  # name in the model
    layer: str
    exit: Exit
    origin: Origin | None = None  # where a float executor may round otherwise


@dataclass(frozen=True, eq=False)
class Lowered:
    network: Network
    entry: Entry
    exit: Exit
    output: str  # name of the tensor that comes out
    taps: tuple[Tap, ...] = ()  # in the order of the model

    def real(self, frames: Integers) -> NDArray[np.float64]:
        """The network's outputs (samples, features) as the model's (samples, features)."""
        return self.exit.dequantize(frames).reshape(len(frames), -1)


def powers_of_two(
    network: Network, shape: tuple[int, ...], integers: Callable[[Reals], Integers], output: str
) -> Lowered:
    """A network whose formats say themselves what its integers stand for; ``integers`` quantizes its input."""
    entry = Entry(shape, integers, network.input.real, np.arange(network.in_features).reshape(shape))
    scale = np.array([2.0**-network.output.frac])
    exit_ = Exit(np.arange(network.out_features), scale, np.zeros(1))
    return Lowered(network, entry, exit_, output)
