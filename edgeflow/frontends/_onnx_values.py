"""What flows through an ONNX graph while it is lowered: nodes, constants on their grids, and real tensors as integers.

A ``Real`` is a float tensor of the model that hardware holds as integers ``n``: ``clamp(scale * n + offset)``. Scales
and offsets are fractions, so nothing is rounded until a quantizer of the model rounds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._draft import Value

Fractions = NDArray[Any]  # objects: Fraction
ONE_ROUNDING = Fraction(1, 1 << 22)  # relative: float32 rounds a product by a quarter of it at most
GRID_BITS = 24  # weights without a quantizer count as quantized where so many bits hold them


@dataclass(frozen=True, eq=False)
class OnnxNode:
    """A node as plain values; ``name`` is never empty."""

    name: str
    op: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any] = field(default_factory=dict)

    def integers(self, key: str, default: Sequence[int]) -> tuple[int, ...]:
        return tuple(int(n) for n in self.attributes.get(key, default))

    def integer(self, key: str, default: int) -> int:
        return int(self.attributes.get(key, default))

    def word(self, key: str, default: str) -> str:
        return str(self.attributes.get(key, default))


@dataclass(frozen=True, eq=False)
class Const:
    """A constant; where a quantizer made it, ``integers * scale`` too, and that is what it means."""

    values: NDArray[Any]
    integers: Integers | None = None
    scale: Fractions | None = None  # of as many dimensions as ``values``, broadcastable to them

    def exact(self) -> Fractions:
        """Every value as a fraction."""
        if self.integers is None or self.scale is None:
            return fractions(self.values)
        exact: Fractions = fractions(self.integers) * self.scale
        return exact

    def on_grid_of(self, scale: Fractions) -> "Const":
        """A quantized bias whose scale is that of the sum, as float32 multiplied it: the sum's own scale is meant."""
        if self.integers is None or self.scale is None or self.scale.size not in (1, scale.size):
            return self
        own = scale.reshape(self.scale.shape) if self.scale.size == scale.size else scale.reshape(-1)[:1]
        same = all(abs(a / b - 1) < ONE_ROUNDING for a, b in zip(self.scale.flat, own.flat, strict=True) if b)
        return replace(self, scale=own.reshape(self.scale.shape)) if same else self

    def moved(self, how: Any) -> "Const":
        """The same values in another order or shape; ``how`` maps an array to its rearrangement."""
        if self.integers is None or self.scale is None:
            return Const(how(self.values))
        scale = np.broadcast_to(self.scale, self.values.shape) if self.scale.size > 1 else self.scale
        moved = how(scale) if self.scale.size > 1 else self.scale.reshape((1,) * how(self.values).ndim)
        return Const(how(self.values), how(self.integers), moved)

    def quantized(self) -> tuple[Integers, Fractions]:
        """Integers and their scale. Raises UnsupportedLayerError for floats of many bits."""
        if self.integers is not None and self.scale is not None:
            return self.integers, self.scale
        real = np.asarray(self.values, np.float64)
        for frac in range(GRID_BITS + 8):
            grid = np.ldexp(real, frac)
            if (grid == np.rint(grid)).all() and np.abs(grid).max(initial=0) < 1 << GRID_BITS:
                return grid.astype(np.int64), uniform(Fraction(1, 1 << frac), real.ndim)
        raise UnsupportedLayerError("its weights are floats without a quantizer; quantize the model first")


@dataclass(frozen=True, eq=False)
class Real:
    """``clamp(scale * n + offset)`` of the integers n in the frame of ``value``; shapes are without the batch."""

    value: Value
    at: Integers  # where each element lies in that frame; its shape is the tensor's
    scale: Fractions  # as many dimensions as ``at``, broadcastable to it
    offset: Fractions
    lo: Fraction | None = None  # clamp
    hi: Fraction | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.at.shape

    @property
    def clamped(self) -> bool:
        return self.lo is not None or self.hi is not None

    def moved(self, how: Any) -> "Real":
        """The same elements in another order or shape; ``how`` maps an array to its rearrangement."""
        at = how(self.at)
        return replace(self, at=at, scale=self._spread(self.scale, how, at), offset=self._spread(self.offset, how, at))

    def _spread(self, per: Fractions, how: Any, at: Integers) -> Fractions:
        spread: Fractions = how(np.broadcast_to(per, self.shape)) if per.size > 1 else per.reshape((1,) * at.ndim)
        return spread

    def affine(self, scale: Fractions, offset: Fractions) -> "Real":
        """``scale * x + offset``, both broadcastable to x. Raises UnsupportedLayerError where a clamp forbids it."""
        if np.broadcast_shapes(self.shape, scale.shape, offset.shape) != self.shape:
            raise UnsupportedLayerError(f"a constant of shape {scale.shape} widens a tensor of shape {self.shape}")
        moved = replace(self, scale=self.scale * scale, offset=self.offset * scale + offset)
        if not self.clamped:
            return moved
        if scale.size > 1 or offset.size > 1 or scale.item() <= 0:
            raise UnsupportedLayerError("scale or offset by channel behind a clamp; quantize in between")
        lo, hi = (None if end is None else end * scale.item() + offset.item() for end in (self.lo, self.hi))
        return replace(moved, lo=lo, hi=hi)


def fractions(values: Any) -> Fractions:
    """Every number exactly; float32 and float64 are fractions."""
    array = np.asarray(values)
    plain = array.astype(np.float64) if array.dtype.kind == "f" else array
    made = np.empty(array.shape, object)
    made[...] = np.vectorize(Fraction, otypes=[object])(plain) if array.size else made
    return made


def uniform(value: Fraction | int, dimensions: int) -> Fractions:
    """One fraction that broadcasts to any tensor of so many dimensions."""
    made = np.empty((1,) * dimensions, object)
    made[...] = Fraction(value)
    return made


def along(values: Fractions, dimensions: int, axis: int) -> Fractions:
    """A value for each place along one axis, shaped to broadcast; one alone if all are equal."""
    if all(value == values.flat[0] for value in values.flat):
        return uniform(values.flat[0], dimensions)
    shape = [1] * dimensions
    shape[axis] = values.size
    return values.reshape(shape)


def one(values: Fractions, what: str) -> Fraction:
    """The value that all have. Raises UnsupportedLayerError if they differ."""
    first: Fraction = values.flat[0]
    if any(value != first for value in values.flat):
        raise UnsupportedLayerError(f"{what} differs by channel; use one for the tensor")
    return first


def without_batch(const: Fractions | NDArray[Any], dimensions: int, what: str) -> Any:
    """A constant that broadcasts against a batch of tensors, as it broadcasts against one of them."""
    if const.ndim == dimensions + 1:
        if len(const) != 1:
            raise UnsupportedLayerError(f"{what} of shape {const.shape} differs along the batch")
        const = const[0]
    if const.ndim > dimensions:
        raise UnsupportedLayerError(f"{what} of shape {const.shape} has more axes than its tensor")
    return const.reshape((1,) * (dimensions - const.ndim) + const.shape)
