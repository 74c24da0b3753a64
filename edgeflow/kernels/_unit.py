"""A streaming hardware unit: a module of ``hw/rtl`` with its parameters, and when its beats come.

Beat times are exact: cycle numbers at which each beat of one frame is valid, for a consumer that never stalls.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, cast

import numpy as np

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Integers
from edgeflow.kernels._cost import Cost
from edgeflow.network.network import Kernel, Layer

BeatTimes = Callable[[list[int]], list[int]]  # when input beats are offered -> when output beats are valid


@dataclass(frozen=True)
class Fold:
    """Time multiplexing of a layer: ``pe`` outputs and ``simd`` inputs a clock cycle."""

    pe: int
    simd: int


class Hardware(Kernel, Protocol):
    """What a kernel adds to its equation to become a circuit."""

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        """Unrolled: extend a circuit by this layer, one term a value."""
        ...

    def unit(self, fold: Fold) -> "Unit":
        """Folded: the streaming module."""
        ...


def hardware(layer: Layer) -> Hardware:
    """The layer's kernel with its hardware: every file in this folder has both (tests/kernels/conformance.py)."""
    return cast(Hardware, layer.kernel)


@dataclass(frozen=True)
class Unit:
    module: str
    parameters: dict[str, int]
    in_lanes: int
    in_bits: int  # of the input bus
    out_lanes: int
    interval_cycles: int  # a frame, at full rate
    beat_times: BeatTimes
    cost: Cost
    memories: dict[str, str] = field(default_factory=dict)  # parameter that names the file -> $readmemh text


def register_stages(cycles: int) -> BeatTimes:
    """Beat times of a pipeline: one beat a cycle, each valid ``cycles`` later."""
    return lambda offered: [t + cycles for t in accepted(offered)]


def accepted(offered: list[int]) -> list[int]:
    """When beats are taken that are offered at ``offered``, one a cycle."""
    taken: list[int] = []
    for t in offered:
        taken.append(max(t, taken[-1] + 1) if taken else t)
    return taken


def hex_rows(rows: Iterable[Iterable[int]], width: int) -> str:
    """$readmemh text: one row a line, ``width`` bits a lane, lane 0 lowest; negative numbers in two's complement."""
    lines = []
    for row in rows:
        lanes = [int(value) & ((1 << width) - 1) for value in row]
        word = sum(value << (width * i) for i, value in enumerate(lanes))
        lines.append(f"{word:0{(width * len(lanes) + 3) // 4}x}")
    return "\n".join(lines) + "\n"


def fold_rows(matrix: Integers, fold: Fold) -> Integers:
    """Weights (in, out) as memory rows (out/pe * in/simd, pe * simd): output folds outside, input folds inside."""
    n_in, n_out = matrix.shape
    tiles = matrix.reshape(n_in // fold.simd, fold.simd, n_out // fold.pe, fold.pe)
    return np.ascontiguousarray(tiles.transpose(2, 0, 3, 1)).reshape(-1, fold.pe * fold.simd)
