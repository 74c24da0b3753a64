"""What a layer becomes in hardware: a chain of stages, stream to stream, chosen by its shape.

A stage is either a ``Unit``, a module of ``hw/rtl`` with its parameters, or a ``Beat``, logic that takes one beat a
cycle and is written out as a pipeline (edgeflow/rtl/unrolled.py).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import Literal, Protocol, cast

import numpy as np

from edgeflow.circuit.graph import Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._handshake import Handshake
from edgeflow.network.network import Kernel, Layer, Tensor


@dataclass(frozen=True)
class Fold:
    """Time multiplexing of a layer: ``pe`` outputs and ``simd`` inputs a clock cycle."""

    pe: int
    simd: int

    def __str__(self) -> str:
        return f"pe {self.pe}, simd {self.simd}"


@dataclass(frozen=True)
class Pixels:
    """Weights in logic, ``pixels`` output pixels of an image a clock cycle."""

    pixels: int

    def __str__(self) -> str:
        return f"unrolled, {self.pixels} pixels a cycle"


# "unrolled": weights in logic, an output pixel (of a frame without pixels: the frame) a cycle;
# "parallel": a whole frame a cycle, whatever it is.
Word = Literal["unrolled", "parallel"]
Shape = Fold | Pixels | Word


class Texts(Mapping[str, str]):
    """$readmemh texts by the parameter that names the file, spelled when they are read: a search over shapes asks many
    units for their cycles and their cost, and builds one."""

    def __init__(self, **made: Callable[[], str]):
        self._made = made

    def __getitem__(self, parameter: str) -> str:
        return self._made[parameter]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True)
class Unit:
    """A library module between two streams; several ``in_lanes`` are streams that it joins."""

    module: str
    parameters: dict[str, int]
    in_lanes: int
    in_bits: int  # of the input bus
    out_lanes: int
    interval_cycles: int  # a frame, at full rate
    handshake: Callable[[], Handshake]  # its timing, cycle by cycle
    cost: Cost
    memories: Mapping[str, str] = field(default_factory=dict)  # parameter that names the file -> $readmemh text
    census: dict[str, int] = field(default_factory=dict)  # of generated logic: what it is made of (rtl/census.py)
    reads: tuple[int, ...] = ()  # of generated logic: bits of each input that matter


@dataclass(frozen=True)
class Beat:
    """Logic on one beat: ``build`` extends a circuit, from the lanes of each input to the lanes of the output."""

    formats: tuple[Fixed, ...]  # of the inputs
    in_lanes: tuple[int, ...]
    y: Fixed
    out_lanes: int
    beats: int  # a frame
    build: Callable[..., list[Term]]  # (circuit, *one list of terms an input)


Stage = Unit | Beat


class Hardware(Kernel, Protocol):
    """What a kernel adds to its equation to become a circuit."""

    @property
    def circuit(self) -> Callable[..., list[Term]]:
        """``circuit(circuit, *x)``, a whole frame at once: extend a circuit by this layer, one term a value."""
        ...

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        """Stream to stream. ``lanes``: values a beat that each input comes with, for layers without a shape of their
        own. Raises InputError with the legal values if the shape does not fit the layer."""
        ...


class Foldable(Hardware, Protocol):
    """A kernel that has a shape of its own, which a recipe may choose."""

    def folds(self) -> tuple[list[int], list[int]]:
        """Legal ``pe`` and ``simd``, ascending."""
        ...


def hardware(layer: Layer) -> Hardware:
    """The layer's kernel with its hardware: every file in this folder has both (tests/kernels/conformance.py)."""
    return cast(Hardware, layer.kernel)


def foldable(layer: Layer) -> Foldable | None:
    return cast(Foldable, layer.kernel) if hasattr(layer.kernel, "folds") else None


def whole_frame(kernel: Hardware) -> list[Stage]:
    """A frame a cycle."""
    formats = tuple(tensor.format for tensor in kernel.inputs)
    return [Beat(formats, _features(kernel.inputs), kernel.y, kernel.out_features, 1, kernel.circuit)]


def elementwise(kernel: Hardware, lanes: tuple[int, ...]) -> list[Stage]:
    """Value by value: as many lanes as all inputs can bring."""
    common = gcd(*lanes, kernel.out_features)
    formats = tuple(tensor.format for tensor in kernel.inputs)
    beats = kernel.out_features // common
    return [Beat(formats, (common,) * len(formats), kernel.y, common, beats, kernel.circuit)]


def comes_whole(kernel: Kernel, lanes: tuple[int, ...]) -> bool:
    """Whether every input comes as one beat a frame."""
    return lanes == _features(kernel.inputs)


def check_fold(kernel: Foldable, fold: Fold, what: str) -> None:
    """Raises InputError with the legal values."""
    for name, value, legal in zip(("pe", "simd"), (fold.pe, fold.simd), kernel.folds(), strict=True):
        if value not in legal:
            raise InputError(f"{what}: {name} = {value} is none of the legal {legal}")


def divisors(n: int) -> list[int]:
    return [d for d in range(1, n + 1) if n % d == 0]


def hex_rows(table: Integers | Sequence[Sequence[int]], width: int) -> str:
    """$readmemh text of (rows, lanes): one row a line, ``width`` bits a lane, lane 0 lowest.

    Negative numbers are in two's complement; a lane of no bits is one zero.
    """
    values, width = np.asarray(table, np.int64), max(1, width)
    rows, lanes = values.shape
    bits = np.empty((rows, lanes, width), np.uint8)
    for place in range(width):
        bits[:, :, place] = values >> min(place, 63) & 1  # above bit 63 stands the sign
    highest_first = bits.reshape(rows, -1)[:, ::-1]
    digits = -(-lanes * width // 4)
    packed = np.packbits(np.pad(highest_first, ((0, 0), (-lanes * width % 8, 0))), axis=1)
    return "\n".join(row.tobytes().hex()[-digits:] for row in packed) + "\n"


def fold_rows(matrix: Integers, fold: Fold) -> Integers:
    """Weights (in, out) as memory rows (out/pe * in/simd, pe * simd): output folds outside, input folds inside."""
    n_in, n_out = matrix.shape
    tiles = matrix.reshape(n_in // fold.simd, fold.simd, n_out // fold.pe, fold.pe)
    return np.ascontiguousarray(tiles.transpose(2, 0, 3, 1)).reshape(-1, fold.pe * fold.simd)


def _features(tensors: tuple[Tensor, ...]) -> tuple[int, ...]:
    return tuple(tensor.features for tensor in tensors)
