"""Rising functions of one float between two quantizers: sigmoid, tanh, leaky ReLU. They are thresholds too.

What follows a curve is a quantizer, so all that counts is where the two together reach each level. The executor itself
says that: its own function is bisected over the floats that come in. So a table of its library's last bits becomes
hardware, and the network equals the executor wherever both see the same float.

A tie remains where the executor's float32 sum before the curve is off by a rounding, and where its curve falls by an
ulp on its way up, as fast approximations do: ``verify/reference.py`` shows it, as before any other quantizer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._onnx_grids import Quantizer
from edgeflow.frontends._onnx_quant import ALWAYS, NEVER, Boundary, full, remember, row, stepped
from edgeflow.frontends._onnx_values import OnnxNode, Real

RISING: dict[str, str] = {  # by kind, the attribute that must not be negative
    "LeakyRelu": "alpha",
    "Elu": "alpha",
    "HardSigmoid": "alpha",
    "Sigmoid": "",
    "Tanh": "",
    "Softplus": "",
    "Softsign": "",
}
QUANTIZE = "it takes what a curve made of floats; put a quantizer in between"
SIGN = np.int64(-(1 << 31))

Floats = NDArray[np.float32]
Levels = Callable[[Floats], Integers]


@dataclass(frozen=True, eq=False)
class Curved:
    """What the nodes of rising functions, one after the other, make of a tensor."""

    real: Real
    nodes: tuple[OnnxNode, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.real.shape

    def of(self, x: Floats) -> Floats:
        """The executor's own arithmetic, the clamp before the first curve included."""
        from edgeflow.frontends import _onnx_executor  # here: TFLite shares the quantizers, and needs no onnx

        lo, hi = (None if end is None else np.float32(end) for end in (self.real.lo, self.real.hi))
        clamped = x if lo is None and hi is None else np.clip(x, lo, hi)
        return _onnx_executor.elementwise(self.nodes, clamped)


def curve(draft: Draft, node: OnnxNode, x: Real | Curved) -> Curved:
    steepness = RISING[node.op]
    if node.attributes.get(steepness, 0) < 0:
        raise UnsupportedLayerError(f"{steepness} = {node.attributes[steepness]:g} lets it fall; only rising curves")
    draft.note("one with the quantizer behind it: thresholds")
    return replace(x, nodes=(*x.nodes, node)) if isinstance(x, Curved) else Curved(x, (node,))


def quantize(draft: Draft, name: str, x: Curved, grid: Quantizer) -> Real:
    """``x`` on the grid: integers q, standing for ``(q - zero) * scale``, a bipolar one's for -scale and +scale."""
    real, exact = x.real, grid.grid(x.real.at.ndim)
    step, zero = (full(part, real) for part in (exact.scale, exact.zero))
    channels = np.broadcast_shapes(step.shape, zero.shape)
    lo, levels = _levels(lambda floats: grid.integers(x.of(floats)), _ends(real), channels)
    shape = np.broadcast_shapes(real.scale.shape, real.offset.shape, channels)
    scale, offset = (np.broadcast_to(part, shape).ravel() for part in (real.scale, real.offset))
    which = np.broadcast_to(np.arange(len(levels)).reshape(channels), shape).ravel()
    rows = [row(s, o, levels[c]) for s, o, c in zip(scale, offset, which, strict=True)]
    q = stepped(draft, name, real, rows, shape, lo)
    crossed = {at for each in levels for at, _ in each} - {ALWAYS[0], NEVER[0]}
    remember(draft, q, real, real.scale, real.offset, None, tuple(sorted(crossed)))
    return Real(q.value, q.at, *((2 * step, -step) if grid.bipolar else (step, -zero * step)))


def _ends(x: Real) -> tuple[np.float32, np.float32]:
    """The floats that the format's ends stand for."""
    ends = [end for n in (x.value.format.lo, x.value.format.hi) for end in (x.scale * n + x.offset).flat]
    return np.float32(float(min(ends))), np.float32(float(max(ends)))


def _levels(
    of: Levels, ends: tuple[np.float32, np.float32], channels: tuple[int, ...]
) -> tuple[int, list[list[Boundary]]]:
    """The lowest level, and for each channel where it reaches the next ones, by halving the floats in between."""
    first, last = (np.full((1, *channels), end, np.float32) for end in ends)
    least, most = of(first), of(last)
    lo, hi = int(least.min()), int(most.max())
    k = np.arange(lo + 1, hi + 1).reshape(-1, *(1 for _ in channels))
    below, there = (np.broadcast_to(_position(end), (len(k), *channels)) for end in (first, last))
    while (there - below > 1).any():
        middle = (below + there) // 2
        reached = of(_float(middle)) >= k
        below, there = np.where(reached, below, middle), np.where(reached, middle, there)
    parts = (there, least >= k, most < k)
    columns = (np.broadcast_to(part, there.shape).reshape(len(k), -1).T.tolist() for part in parts)
    return lo, [
        [ALWAYS if always else NEVER if never else _boundary(at) for at, always, never in zip(*column, strict=True)]
        for column in zip(*columns, strict=True)
    ]


def _boundary(position: int) -> Boundary:
    """The reals that round to this float or a greater one: from the middle below it, which goes to the even one."""
    at, before = (Fraction(float(_float(np.array(p)))) for p in (position, position - 1))
    return (at + before) / 2, position % 2 == 0


def _position(x: Floats) -> Integers:
    """Floats counted in their order; -0.0 and 0.0 share a place."""
    bits = x.view(np.int32).astype(np.int64)
    return np.where(bits < 0, SIGN - bits, bits)


def _float(position: Integers) -> Any:
    return np.where(position < 0, SIGN - position, position).astype(np.int32).view(np.float32)
