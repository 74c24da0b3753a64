"""The integer network: layers of integers only, no framework. Running it is the golden model of everything below it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers

INPUT = ""  # the network's input, where a layer names what it takes
CHUNK = 256  # frames computed at once: what bounds memory


@dataclass(frozen=True)
class Tensor:
    """A frame of ``features`` values of one format; images lie channels last: row, column, channel."""

    format: Fixed
    features: int

    def __str__(self) -> str:
        return f"{self.features} x {self.format}"


class Kernel(Protocol):
    """What every layer kind is: formats in and out, and the equation on integers."""

    @property
    def inputs(self) -> tuple[Tensor, ...]: ...
    @property
    def y(self) -> Fixed: ...
    @property
    def out_features(self) -> int: ...
    @property
    def golden(self) -> Callable[..., Integers]:
        """Map inputs, each (batch, features), to outputs (batch, out_features), bit for bit."""
        ...


@dataclass(frozen=True)
class Layer:
    name: str  # as in the model it came from: untrusted text
    kernel: Kernel
    sources: tuple[str, ...] = ()  # layers that it takes, or INPUT; none named: the layer before it


@dataclass(frozen=True)
class Network:
    """Layers in topological order, from one input to the last layer's output."""

    name: str
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        for layer, sources in zip(self.layers, self.sources, strict=True):
            made = tuple(self.tensor(i) for i in sources)
            if made != layer.kernel.inputs:
                raise InputError(
                    f"network {self.name}: {layer.name} takes {', '.join(map(str, layer.kernel.inputs))}, "
                    f"but gets {', '.join(map(str, made))}; they must be equal"
                )

    @cached_property
    def sources(self) -> tuple[tuple[int, ...], ...]:
        """For each layer the indices of the layers that it takes, -1 for the network's input."""
        index = {INPUT: -1}
        found = []
        for i, layer in enumerate(self.layers):
            unknown = [name for name in layer.sources if name not in index]
            if unknown or layer.name in index:
                what = f"takes {unknown[0]!r}, which is no layer before it" if unknown else "is not the only one"
                raise InputError(f"network {self.name}: layer {layer.name!r} {what}; rename or reorder")
            found.append(tuple(index[name] for name in layer.sources) or (i - 1,))
            index[layer.name] = i
        return tuple(found)

    @cached_property
    def consumers(self) -> dict[int, tuple[int, ...]]:
        """For each layer, and -1 for the input, the layers that take it, once for each time they do."""
        takers: dict[int, list[int]] = {i: [] for i in range(-1, len(self.layers))}
        for taker, sources in enumerate(self.sources):
            for source in sources:
                takers[source].append(taker)
        return {source: tuple(found) for source, found in takers.items()}

    def tensor(self, index: int) -> Tensor:
        """What layer ``index`` makes; -1 is the network's input, which its first taker describes."""
        if index >= 0:
            kernel = self.layers[index].kernel
            return Tensor(kernel.y, kernel.out_features)
        taker = next(i for i, sources in enumerate(self.sources) if -1 in sources)
        return self.layers[taker].kernel.inputs[self.sources[taker].index(-1)]

    @property
    def input(self) -> Fixed:
        return self.tensor(-1).format

    @property
    def output(self) -> Fixed:
        return self.layers[-1].kernel.y

    @property
    def in_features(self) -> int:
        return self.tensor(-1).features

    @property
    def out_features(self) -> int:
        return self.layers[-1].kernel.out_features

    def until(self, index: int) -> "Network":
        """The part that makes layer ``index``: it and all that it needs."""
        needed = {index}
        for i in range(index, -1, -1):
            if i in needed:
                needed.update(self.sources[i])
        names = [INPUT, *(layer.name for layer in self.layers)]
        kept = [
            Layer(self.layers[i].name, self.layers[i].kernel, tuple(names[s + 1] for s in self.sources[i]))
            for i in sorted(needed - {-1})
        ]
        return Network(self.name, tuple(kept))

    def run(self, x: Integers) -> Integers:
        """Inputs (batch, in_features) to outputs (batch, out_features), exact."""
        x = self._checked(x)
        parts = [self._values(x[i : i + CHUNK], keep_all=False)[-1] for i in range(0, max(len(x), 1), CHUNK)]
        return np.concatenate(parts)

    def trace(self, x: Integers) -> list[Integers]:
        """The output of every layer, in order: what the verification ladder compares."""
        return self._values(self._checked(x), keep_all=True)

    def _values(self, x: Integers, keep_all: bool) -> list[Integers]:
        values: dict[int, Integers] = {-1: x}
        for i, (layer, sources) in enumerate(zip(self.layers, self.sources, strict=True)):
            values[i] = layer.kernel.golden(*(values[source] for source in sources))
            if not keep_all:
                for source in sources:
                    if max(self.consumers[source]) == i:
                        values.pop(source, None)
        return [values[i] for i in range(len(self.layers)) if i in values]

    def _checked(self, x: Integers) -> Integers:
        x = np.asarray(x, np.int64)
        if x.ndim != 2 or x.shape[1] != self.in_features:
            raise InputError(f"network {self.name}: input shape {x.shape} is not (batch, {self.in_features})")
        if x.size and not (self.input.lo <= x.min() and x.max() <= self.input.hi):
            raise InputError(
                f"network {self.name}: inputs {x.min()}..{x.max()} leave {self.input}; quantize them first"
            )
        return x
