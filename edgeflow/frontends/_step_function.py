"""Monotone integer functions by their steps: the x at which they reach ``lo + 1``, ``lo + 2`` and so on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Integers, fixed_for

T = TypeVar("T")
FAR = 1 << MAX_WIDTH  # a step that no format reaches


@dataclass(frozen=True, eq=False)
class Steps:
    """One function a row, ``lo`` below its first step; a falling one starts at ``hi`` and goes down at each step."""

    at: Integers  # (rows, hi - lo), ascending along a row, within +-FAR
    falling: NDArray[np.bool_]  # (rows,)
    lo: int
    finer: Integers | None = None  # (rows,): each was rounded on a grid finer by so many bits first; none: it was not
    zero: int = 0  # the level that stands for 0, from which it was then rounded half away

    @property
    def hi(self) -> int:
        return self.lo + int(self.at.shape[1])

    @property
    def y(self) -> Fixed:
        return fixed_for(self.lo, self.hi, 0)

    def of(self, x: Integers, row: int) -> Integers:
        """The function itself, on any integers."""
        counted: Integers = np.searchsorted(self.at[row], x, side="right")
        return self.hi - counted if self.falling[row] else self.lo + counted

    def chosen(self, rows: Integers) -> "Steps":
        return replace(
            self, at=self.at[rows], falling=self.falling[rows], finer=None if self.finer is None else self.finer[rows]
        )

    def each(self, of: Callable[[int], T]) -> list[T]:
        """``of`` of every row, found once for rows that are equal."""
        finer = self.finer if self.finer is not None else np.zeros(len(self.at), np.int64)
        keys = [
            (row.tobytes(), bool(falls), int(bits))
            for row, falls, bits in zip(self.at, self.falling, finer, strict=True)
        ]
        found = {key: of(row) for key, row in {key: row for row, key in enumerate(keys)}.items()}
        return [found[key] for key in keys]
