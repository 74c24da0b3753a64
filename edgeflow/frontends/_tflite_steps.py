"""A sum scaled down to int8 as layers: the steps of TFLite's own function, found by bisection, then realized."""

from dataclasses import dataclass

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Integers, fixed_for
from edgeflow.frontends._draft import Draft, Value
from edgeflow.frontends._onnx_values import Real
from edgeflow.frontends._steps import FAR, Steps, realize
from edgeflow.frontends._tflite_arithmetic import Rescale, activation
from edgeflow.frontends._tflite_values import Grid8, TfliteNode, all_of, quantized
from edgeflow.kernels.table import MAX_BITS, Table


@dataclass(frozen=True)
class Scaling:
    """What one channel's sum becomes: ``rescale(sum + offset)``, of real zero 0."""

    rescale: Rescale
    offset: int


def scaled_down(
    draft: Draft, node: TfliteNode, total: Value, at: Integers, channels: list[Scaling], rows: Integers
) -> Real:
    """``limit(zero + channels[rows[i]](total[i]))`` on the grid of the node's output; ``rows`` (features,)."""
    tensor, name = node.made[0], node.word("activation", "NONE")
    y = tensor.grid
    lo, hi = activation(name, y)
    held = y.held(lo, hi, tensor.padded)
    kinds = list(dict.fromkeys(channels))
    reached = np.stack([_steps(total.format, each, lo - y.zero, hi - y.zero) for each in kinds])
    finer = np.array([each.rescale.finer for each in kinds])
    steps = Steps(reached, np.zeros(len(kinds), bool), lo - y.zero + held, finer, held)
    which = np.array([kinds.index(each) for each in channels])
    return quantized(realize(draft, f"{node.name}_int8", total, steps, which[rows]), at, y, held)


def mapped(draft: Draft, node: TfliteNode, x: Real, of_q: Integers) -> Real:
    """Any function of one int8 value: ``of_q`` (256,) are the q that the values -128..127 become."""
    taken, y = node.tensor(0).grid, node.made[0].grid
    n, q = all_of(x, taken)
    held = y.held(int(of_q.min()), int(of_q.max()), node.made[0].padded)
    values = of_q[q + 128] - y.zero + held
    return quantized(_function(draft, node.name, x, n, values), x.at, y, held)


def by_rows(draft: Draft, node: TfliteNode, x: Real, taken: Grid8, of_q: Integers, rows: Integers) -> Real:
    """Monotone functions of one int8 value, a row of ``of_q`` (functions, 256) each; ``rows`` (features,)."""
    y = node.made[0].grid
    n, q = all_of(x, taken)
    held = y.held(int(of_q.min()), int(of_q.max()), node.made[0].padded)
    steps = _steps_of(n, of_q[:, q + 128] - y.zero + held)
    return quantized(realize(draft, node.name, x.value, steps, rows), x.at, y, held)


def _steps(x: Fixed, scaling: Scaling, lo: int, hi: int) -> Integers:
    """The least x at which each level above ``lo`` is reached; FAR where no x of the format does."""
    widest = max(abs(x.lo + scaling.offset), abs(x.hi + scaling.offset))
    if widest > scaling.rescale.widest:
        raise UnsupportedLayerError(f"its sums may reach {widest}, which overflows in TFLite itself")
    levels = np.arange(lo + 1, hi + 1)
    below, reached = np.full(len(levels), x.lo - 1), np.full(len(levels), x.hi + 1)
    while (reached - below > 1).any():
        middle = (below + reached) >> 1
        over = scaling.rescale.of(middle + scaling.offset) >= levels
        below, reached = np.where(over, below, middle), np.where(over, middle, reached)
    return np.where(reached > x.hi, FAR, np.where(reached <= x.lo, -FAR, reached))


def _function(draft: Draft, name: str, x: Real, n: Integers, values: Integers) -> Value:
    if (np.diff(values) >= 0).all() or (np.diff(values) <= 0).all():
        return realize(draft, name, x.value, _steps_of(n, values[None]), np.zeros(x.value.features, np.int64))
    if x.value.format.width > MAX_BITS:
        raise UnsupportedLayerError(f"a table of {x.value.format.width} bits is over {MAX_BITS}")
    y = fixed_for(int(values.min()), int(values.max()), 0)
    return draft.add(name, Table(x.value.format, values, y, x.value.features), x.value)


def _steps_of(n: Integers, values: Integers) -> Steps:
    """Monotone functions given by their values (rows, all n)."""
    lo, hi = int(values.min()), int(values.max())
    falling = values[:, 0] > values[:, -1]
    rising = np.where(falling[:, None], lo + hi - values, values)
    counts = np.stack([np.searchsorted(row, np.arange(lo + 1, hi + 1)) for row in rising])
    ends = np.concatenate([n, [FAR]])
    at = np.where(counts == 0, -FAR, ends[counts])
    return Steps(at, falling, lo)
