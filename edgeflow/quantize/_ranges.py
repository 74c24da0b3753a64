"""The scale of a quantizer from the values that it will see: the whole range, a percentile, or the least square error.

The error is searched over ratios by which the range is clipped: fewer, larger values saturate, all others are finer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATIOS = np.linspace(0.1, 1, 91)  # of the range that is kept
HALVINGS = 4  # power-of-two scales below that of the whole range
LEAST = 2.0**-60  # a scale is no smaller: products of two stay normal float32 numbers


class Method(StrEnum):
    MINMAX = "minmax"
    PERCENTILE = "percentile"
    MSE = "mse"


@dataclass(frozen=True)
class Choice:
    """How scales are chosen."""

    method: Method = Method.MSE
    percentile: float = 99.9
    power_of_two: bool = False


@dataclass(frozen=True, eq=False)
class Part:
    """Values of one tensor and the integers that they become; tensors that share a scale are several parts."""

    values: NDArray[Any]
    lo: int
    hi: int

    def needed(self, least: float, most: float) -> float:
        """The least scale at which this range does not saturate."""
        below = least / self.lo if self.lo else 0.0
        return max(below, most / self.hi, 0.0)

    def error(self, scale: float) -> float:
        """Summed squares of what quantization with ``scale`` changes."""
        y = np.rint(np.clip(self.values / scale, self.lo, self.hi)) * scale
        return float(np.square(self.values - y, dtype=np.float64).sum())


def scale(parts: Sequence[Part], choice: Choice) -> np.float32:
    """One scale for all parts, positive."""
    whole = max(part.needed(float(part.values.min()), float(part.values.max())) for part in parts)
    if whole < LEAST:
        return np.float32(1) if whole == 0 else np.float32(LEAST)
    candidates = _candidates(parts, whole, choice)
    best = min(candidates, key=lambda s: sum(part.error(s) for part in parts)) if len(candidates) > 1 else candidates[0]
    return np.float32(max(best, LEAST))


def _candidates(parts: Sequence[Part], whole: float, choice: Choice) -> list[float]:
    """Descending, so that of equal errors the scale that saturates less is taken."""
    if choice.method is Method.PERCENTILE:
        whole = max(part.needed(*_percentiles(part.values, choice.percentile)) for part in parts) or whole
    if choice.power_of_two:
        top = int(np.ceil(np.log2(whole)))
        return [2.0 ** (top - k) for k in range(HALVINGS + 1 if choice.method is Method.MSE else 1)]
    return _float32(whole * RATIOS[::-1] if choice.method is Method.MSE else [whole])


def _percentiles(values: NDArray[Any], percentile: float) -> tuple[float, float]:
    least, most = np.percentile(values, [100 - percentile, percentile])
    return float(least), float(most)


def _float32(values: Iterable[float]) -> list[float]:
    """What a QONNX file will hold."""
    return [float(np.float32(value)) for value in values]
