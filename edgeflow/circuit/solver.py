"""The one place that knows da4ml: its solver finds shared subexpressions of a constant matrix product.

da4ml (LGPL-3, Sun et al., TRETS 2025, doi 10.1145/3777387) is a dependency that we call, never code that we copy.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Its threads spin while they wait: beside other work, 5 to 8 ms for each matrix, however small. Read when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from da4ml.cmvm import solve


@dataclass(frozen=True)
class Sum:
    """``left + sign * (right << shift)`` over earlier values; ``shift`` may be negative."""

    left: int
    right: int
    shift: int
    sign: int


@dataclass(frozen=True)
class Stage:
    """Values 0..len(inputs)-1 are ``x[inputs] << input_shifts``; each Sum appends one more."""

    inputs: list[int]
    input_shifts: list[int]
    sums: list[Sum | int]  # an int stands for input number int
    outputs: list[tuple[int, int, bool]]  # (value or -1 for zero, shift, negative)


WEIGHT_BITS = 23  # magnitudes below 2**23 are exact in its float32 matrix, sums of two of them too
Strategy = dict[str, object]  # the solver's own arguments
SEARCHED: tuple[Strategy, ...] = ({"method0": "mc"}, {"method0": "wmc"}, {"method0": "mc-pdc"})
# One trial, not one a depth of decomposition: an eighth of the time, 2 % more adders, trees as deep. "mc" alone has
# fewer adders, but of a corpus design (147) in chains so long that registers became five times as many.
QUICK: Strategy = {"method0": "mc-pdc", "search_all_decompose_dc": False}


def stages(weight: NDArray[np.int64], lo: list[int], hi: list[int], strategy: Strategy) -> list[Stage]:
    """Adder graph of ``x @ weight`` for integer inputs in ``lo..hi``, as a cascade of stages."""
    return _solved(weight.tobytes(), weight.shape, tuple(lo), tuple(hi), tuple(sorted(strategy.items())))


def forget() -> None:
    """For who measures time."""
    _solved.cache_clear()


def cost(weight: NDArray[np.int64], lo: int, hi: int) -> float:
    """The solver's own: full adders of ``x @ weight`` for inputs in ``lo..hi``."""
    intervals = [(float(lo), float(hi), 1.0)] * len(weight)
    return float(solve(weight.astype(np.float32), qintervals=intervals).cost)


@lru_cache(maxsize=1024)  # a convolution asks the same for each of its pixels
def _solved(
    weight: bytes,
    shape: tuple[int, int],
    lo: tuple[int, ...],
    hi: tuple[int, ...],
    strategy: tuple[tuple[str, object], ...],
) -> list[Stage]:
    matrix = np.frombuffer(weight, np.int64).reshape(shape)
    intervals = [(float(low), float(high), 1.0) for low, high in zip(lo, hi, strict=True)]
    pipeline = solve(matrix.astype(np.float32), qintervals=intervals, **dict(strategy))
    return [_stage(solution) for solution in pipeline.solutions]


def _stage(solution: Any) -> Stage:  # da4ml's CombLogic, which carries no types
    sums: list[Sum | int] = []
    for op in solution.ops:
        if op.opcode == -1:
            sums.append(int(op.id0))
        elif op.opcode in (0, 1):
            sums.append(Sum(int(op.id0), int(op.id1), int(op.data), -1 if op.opcode == 1 else 1))
        else:
            raise AssertionError(f"da4ml answered a matrix product with opcode {op.opcode}")
    n_in, n_out = solution.shape
    outputs = [
        (int(solution.out_idxs[j]), int(solution.out_shifts[j]), bool(solution.out_negs[j])) for j in range(n_out)
    ]
    return Stage(list(range(n_in)), [int(s) for s in solution.inp_shifts], sums, outputs)
