"""The integer network: layers of integers only, no framework. Running it is the golden model of everything below it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers


class Kernel(Protocol):
    """What every layer kind is: formats in and out, and the equation on integers."""

    @property
    def x(self) -> Fixed: ...
    @property
    def y(self) -> Fixed: ...
    @property
    def in_features(self) -> int: ...
    @property
    def out_features(self) -> int: ...
    def golden(self, x: Integers) -> Integers:
        """Map inputs (batch, in_features) to outputs (batch, out_features), bit for bit."""
        ...


@dataclass(frozen=True)
class Layer:
    name: str  # as in the model it came from: untrusted text
    kernel: Kernel


@dataclass(frozen=True)
class Network:
    """Layers in order; each takes what the one before it makes."""

    name: str
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        for before, after in zip(self.layers, self.layers[1:], strict=False):
            made = (before.kernel.out_features, before.kernel.y)
            taken = (after.kernel.in_features, after.kernel.x)
            if made != taken:
                raise InputError(
                    f"network {self.name}: {before.name} makes {made[0]} x {made[1]}, "
                    f"{after.name} takes {taken[0]} x {taken[1]}; they must be equal"
                )

    @property
    def input(self) -> Fixed:
        return self.layers[0].kernel.x

    @property
    def output(self) -> Fixed:
        return self.layers[-1].kernel.y

    @property
    def in_features(self) -> int:
        return self.layers[0].kernel.in_features

    @property
    def out_features(self) -> int:
        return self.layers[-1].kernel.out_features

    def run(self, x: Integers) -> Integers:
        """Inputs (batch, in_features) to outputs (batch, out_features), exact."""
        return self.trace(x)[-1]

    def trace(self, x: Integers) -> list[Integers]:
        """The output of every layer, in order: what the verification ladder compares."""
        x = np.asarray(x, np.int64)
        if x.ndim != 2 or x.shape[1] != self.in_features:
            raise InputError(f"network {self.name}: input shape {x.shape} is not (batch, {self.in_features})")
        if x.size and not (self.input.lo <= x.min() and x.max() <= self.input.hi):
            raise InputError(
                f"network {self.name}: inputs {x.min()}..{x.max()} leave {self.input}; quantize them first"
            )
        outputs = []
        for layer in self.layers:
            x = layer.kernel.golden(x)
            outputs.append(x)
        return outputs
