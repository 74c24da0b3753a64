"""Monotone integer functions of a tensor as layers: what every quantizer becomes, whatever its scale.

Which hardware computes them is chosen by LUTs: comparisons, a line (scale, offset, shift, clip), a line that rounds
twice, or a table. All of them are exact.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from edgeflow.circuit.cost import luts
from edgeflow.circuit.graph import Circuit
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._lines import Line, Point, line_through
from edgeflow.frontends._scaling import clipped, scaled
from edgeflow.frontends._step_function import FAR, Steps
from edgeflow.frontends._twice import rounded_twice
from edgeflow.kernels.table import Table
from edgeflow.kernels.threshold import Threshold

__all__ = ["FAR", "Steps", "period", "realize"]

TABLE_BITS = 8  # the table of a wider input is larger than any line
COMPARISONS = 16  # more steps than that are never worth a comparison each
COSTED = 4  # channels whose cost stands for all

Chain = list[Any]  # kernels in a row
Way = Callable[[Fixed, Steps, int], Chain | None]  # of x's format, a row a channel, pixels; None: not possible


def realize(draft: Draft, name: str, x: Value, steps: Steps, rows: Integers) -> Value:
    """``y[i] = steps[rows[i]](x[i])`` for ``rows`` (features,), as one layer or a few; the last one has the name."""
    if steps.lo == steps.hi:
        raise InputError(f"it has one value only, {steps.lo}: nothing is left to compute")
    channels = steps.chosen(period(rows))
    _, way = min(_costs(x.format, channels), key=lambda found: found[0])
    chain = way(x.format, channels, x.features // len(channels.at))
    assert chain is not None, "what serves some channels may need a wider shift for all, and comparisons always serve"
    for i, kernel in enumerate(chain):
        x = draft.add(name if i + 1 == len(chain) else f"{name}_{i}", kernel, x)
    return x


def _costs(x: Fixed, channels: Steps) -> list[tuple[int, Way]]:
    """LUTs of some channels, by every way that serves all of them; comparisons where nothing else does."""
    some = channels.chosen(np.arange(min(COSTED, len(channels.at))))
    ways: list[Way] = [_line, rounded_twice, _table]
    serving = [way for way in ways if way(x, channels, 1) is not None]
    if not serving or channels.at.shape[1] <= COMPARISONS:
        serving.append(_threshold)
    return [(_luts(chain), way) for way in serving if (chain := way(x, some, 1))]


def _luts(chain: Chain) -> int:
    circuit = Circuit()
    tensor = chain[0].inputs[0]
    terms = [circuit.input(i, tensor.format.lo, tensor.format.hi) for i in range(tensor.features)]
    for kernel in chain:
        terms = kernel.circuit(circuit, terms)
    circuit.outputs = terms
    return luts(circuit)


def period(rows: Integers) -> Integers:
    """The shortest run of rows that, repeated, is all of them."""
    n = len(rows)
    lengths = (p for p in range(1, n + 1) if n % p == 0)
    return next(rows[:p] for p in lengths if (rows.reshape(-1, p) == rows[:p]).all())


def _threshold(x: Fixed, steps: Steps, pixels: int) -> Chain:
    within = np.clip(steps.at, x.lo, x.hi + 1)
    falling = tuple(steps.falling.tolist()) if steps.falling.any() else ()
    return [Threshold(x, within, steps.lo, pixels, 0, falling)]


def _table(x: Fixed, steps: Steps, pixels: int) -> Chain | None:
    if len(steps.at) > 1 or x.width > TABLE_BITS:
        return None
    return [Table(x, steps.of(np.arange(x.lo, x.hi + 1), 0), steps.y, pixels)]


def _line(x: Fixed, steps: Steps, pixels: int) -> Chain | None:
    found = steps.each(lambda row: _line_of(x, steps, row))
    lines = [line for line in found if line is not None]
    if len(lines) < len(found):
        return None
    shift = max(line.shift for line in lines)
    try:
        return _scaled(x, [line.shifted(shift) for line in lines], steps, pixels)
    except InputError:  # a product wider than any format
        return None


def _line_of(x: Fixed, steps: Steps, row: int) -> Line | None:
    """The line of one function over all values of ``x``; a falling one is a rising one of ``-x``."""
    at = [int(step) for step in steps.at[row]]
    if not steps.falling[row]:
        return line_through(x.lo, x.hi, _leveled(at))
    line = line_through(-x.hi, -x.lo, _leveled([1 - step for step in reversed(at)]))
    return Line(-line.m, line.b, line.shift) if line else None


def _leveled(at: list[int]) -> list[Point]:
    return [(step, level) for level, step in enumerate(at, start=1)]


def _scaled(x: Fixed, lines: list[Line], steps: Steps, pixels: int) -> Chain:
    """``clip(lo + ((m * x + b) >> shift))`` with each channel's own m and b."""
    shift = lines[0].shift
    scale = scaled(x, [Line(line.m, line.b + (steps.lo << shift), shift) for line in lines], pixels, shift)
    return [scale, *clipped(scale.y, steps.lo, steps.hi, scale.out_features)]
