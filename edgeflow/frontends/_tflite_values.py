"""What flows through a TFLite graph: tensors as the file describes them, nodes, and the integers that hardware holds.

An int8 tensor stands for ``scale * (q - zero)``. Hardware holds ``n = q - zero + held``: ``held`` is 0 where that takes
no bit more or where a window pads with zeros, else the zero point, so that n is q itself.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Integers, fixed_for
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._onnx_values import OnnxNode, Real, uniform
from edgeflow.kernels.affine import Affine

INT8 = Fixed(8)


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor as the file says; shapes are with the batch."""

    name: str
    shape: tuple[int, ...]
    kind: str  # int8, int32, float32, ...
    scale: NDArray[np.float32]  # one, or one for each place along ``axis``; none: it is not quantized
    zero: Integers
    axis: int
    values: NDArray[Any] | None = None  # of a constant
    problem: str = ""  # what no lowering knows: sparse, a variable, sizes that are not fixed
    padded: bool = False  # a window with padding takes it, so that 0 must stand for 0.0

    @property
    def grid(self) -> "Grid8":
        """Raises UnsupportedLayerError without one scale and one zero point for the whole tensor."""
        if self.kind != "int8" or len(self.scale) != 1 or len(self.zero) != 1:
            raise UnsupportedLayerError(f"tensor {self.name!r} is not int8 with one scale and one zero point")
        scale, zero = self.scale[0], int(self.zero[0])
        if not (np.isfinite(scale) and scale > 0 and INT8.lo <= zero <= INT8.hi):
            raise UnsupportedLayerError(f"tensor {self.name!r}: scale {scale} and zero point {zero} are none of int8")
        return Grid8(scale, zero)


@dataclass(frozen=True)
class Grid8:
    scale: np.float32
    zero: int

    def held(self, lo: int, hi: int, padded: bool) -> int:
        """What stands for 0.0 in a tensor of values ``lo..hi``."""
        plain, centred = fixed_for(lo, hi, 0), fixed_for(lo - self.zero, hi - self.zero, 0)
        return 0 if padded or centred.width <= plain.width else self.zero


@dataclass(frozen=True, eq=False)
class TfliteNode(OnnxNode):
    """An operator with the tensors that it takes and makes; an optional one that is left out is None."""

    taken: tuple[Tensor | None, ...] = ()
    made: tuple[Tensor, ...] = ()

    def tensor(self, i: int) -> Tensor:
        """Raises UnsupportedLayerError where the file names none."""
        found = self.taken[i] if i < len(self.taken) else None
        if found is None:
            raise UnsupportedLayerError(f"its input {i} is missing")
        return found

    def constant(self, i: int) -> Tensor:
        found = self.tensor(i)
        if found.values is None:
            raise UnsupportedLayerError(f"its input {i}, {found.name!r}, is computed; only constants are known there")
        return found

    def integers_of(self, i: int) -> list[int]:
        """A constant of a few whole numbers: axes, sizes, paddings."""
        values = self.constant(i).values
        assert values is not None
        if values.dtype.kind != "i":
            raise UnsupportedLayerError(f"its input {i} holds no whole numbers")
        return [int(n) for n in values.ravel()]


def quantized(value: Value, at: Integers, grid: Grid8, held: int) -> Real:
    """Integers of which ``held`` stands for 0.0."""
    scale = Fraction(float(grid.scale))
    return Real(value, at, uniform(scale, at.ndim), uniform(-held * scale, at.ndim))


def held_of(x: Real) -> int:
    """The integer that stands for 0.0."""
    return int(-x.offset.flat[0] / x.scale.flat[0])


def held_at(draft: Draft, name: str, x: Real, held: int) -> Real:
    """The same tensor, with another integer for 0.0."""
    move = held - held_of(x)
    if not move:
        return x
    value = draft.add(name, Affine(x.value.format, 1, 0, move, x.value.features), x.value)
    return Real(value, x.at, x.scale, uniform(-held, x.at.ndim) * x.scale)


def all_of(x: Real, grid: Grid8) -> tuple[Integers, Integers]:
    """Every integer of its format, and the q of each; beyond int8, which never comes, the nearest."""
    n = np.arange(x.value.format.lo, x.value.format.hi + 1)
    return n, np.clip(n - held_of(x) + grid.zero, INT8.lo, INT8.hi)


def row_major(shape: tuple[int, ...]) -> Integers:
    """Where each element of a tensor lies: TFLite has channels last already."""
    return np.arange(int(np.prod(shape, dtype=np.int64))).reshape(shape)
