"""Quantizers of ONNX dialects as integer step functions: Quant, BipolarQuant, QuantizeLinear, MultiThreshold, Trunc.

Scale, offset, clamp and quantizer collapse into the integers at which the quantizer's result changes. The arithmetic is
that of fractions; where the model's own float32 arithmetic rounds to the other side of a tie, it differs by one step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._lowered import Origin
from edgeflow.frontends._onnx_values import Fractions, Real, uniform
from edgeflow.frontends._steps import FAR, Steps, realize

HALF = Fraction(1, 2)
Boundary = tuple[Fraction, bool]  # the least real that rounds to k or more; whether it does so itself
ALWAYS, NEVER = (Fraction(-(1 << 1024)), True), (Fraction(1 << 1024), True)  # beyond every double

# Where rounding first gives k (qonnx custom_op/general/intquant.py, resolve_rounding_mode; IEEE 754 names).
BOUNDARIES: dict[str, Callable[[int], Boundary]] = {
    "ROUND": lambda k: (k - HALF, k % 2 == 0),
    "HALF_EVEN": lambda k: (k - HALF, k % 2 == 0),
    "HALF_ODD": lambda k: (k - HALF, k % 2 == 1),  # of no dialect: half to even before an odd zero point is added
    "CEIL": lambda k: (Fraction(k - 1), False),
    "FLOOR": lambda k: (Fraction(k), True),
    "UP": lambda k: (Fraction(k - 1), False) if k > 0 else (Fraction(k), True),
    "DOWN": lambda k: (Fraction(k), True) if k > 0 else (Fraction(k - 1), False),
    "HALF_UP": lambda k: (k - HALF, k > 0),
    "HALF_DOWN": lambda k: (k - HALF, k <= 0),
}


@dataclass(frozen=True, eq=False)
class Grid:
    """A uniform quantizer: ``q = limit(round(x / scale + zero), lo..hi)``, standing for ``(q - zero) * scale``."""

    scale: Fractions  # broadcastable to the tensor, positive
    zero: Fractions
    lo: int
    hi: int
    mode: str = "ROUND"
    shift: int = 0  # x is rounded to a grid finer by so many bits first (Trunc)

    def __post_init__(self) -> None:
        if any(s <= 0 for s in self.scale.flat):
            raise UnsupportedLayerError(f"a scale is {min(self.scale.flat)}; it must be positive")
        if any((z * (1 << self.shift)).denominator != 1 for z in self.zero.flat):
            raise UnsupportedLayerError("a zero point is no whole number")
        if self.mode.upper() not in BOUNDARIES:
            raise UnsupportedLayerError(f"rounding mode {self.mode!r} is none of {', '.join(BOUNDARIES)}")

    def boundary(self, k: int) -> Boundary:
        """In units of the scale, zero point included."""
        at, closed = BOUNDARIES[self.mode.upper()](k)
        if not self.shift:
            return at, closed
        finer = at * (1 << self.shift)
        first = ceil(finer) if closed else floor(finer) + 1  # of the finer grid's integers
        half, even = BOUNDARIES["ROUND"](first)
        return half / (1 << self.shift), even


def bounds(bits: int, signed: bool, narrow: bool) -> tuple[int, int]:
    """Least and greatest integer (qonnx custom_op/general/intquant.py, min_int and max_int)."""
    if signed:
        return -(1 << (bits - 1)) + narrow, (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1 - narrow


def quantize(draft: Draft, name: str, x: Real, grid: Grid) -> Real:
    """``x`` on the grid: integers q, standing for ``(q - zero) * scale``."""
    shape = np.broadcast_shapes(x.scale.shape, x.offset.shape, grid.scale.shape, grid.zero.shape)
    parts = [np.broadcast_to(part, shape).ravel() for part in (x.scale, x.offset, grid.scale, grid.zero)]
    ends = [_reachable(x, grid, scale, zero) for scale, zero in zip(*parts[2:], strict=True)]
    lo, hi = min(lo for lo, _ in ends), max(hi for _, hi in ends)
    rows = []
    for scale, offset, step, zero, (least, most) in zip(*parts, ends, strict=True):
        inside = [_real(grid.boundary(k), step, zero) for k in range(least + 1, most + 1)]
        rows.append(row(scale, offset, [ALWAYS] * (least - lo) + inside + [NEVER] * (hi - most)))
    q = stepped(draft, name, x, rows, shape, lo)
    step, zero = full(grid.scale, x), full(grid.zero, x)
    boundary = HALF if "HALF" in grid.mode.upper() or grid.mode.upper() == "ROUND" else Fraction(0)
    remember(draft, q, x, x.scale / step, x.offset / step + zero, boundary)
    return Real(q.value, q.at, step, -zero * step)


def signs(draft: Draft, name: str, x: Real, scale: Fractions) -> Real:
    """``x >= 0 ? scale : -scale`` as one bit."""
    level: list[Boundary] = [(Fraction(0), True)]
    if (x.lo is not None and x.lo >= 0) or (x.hi is not None and x.hi < 0):
        raise UnsupportedLayerError("its input never changes its sign: nothing is left to compute")
    shape = np.broadcast_shapes(x.scale.shape, x.offset.shape)
    parts = (np.broadcast_to(part, shape).ravel() for part in (x.scale, x.offset))
    bit = stepped(draft, name, x, [row(s, o, level) for s, o in zip(*parts, strict=True)], shape, 0)
    remember(draft, bit, x, x.scale, x.offset, None, (Fraction(0),))
    return Real(bit.value, bit.at, full(2 * scale, x), full(-scale, x))


def reaches(draft: Draft, name: str, x: Real, thresholds: Fractions, axis: int) -> Real:
    """How many of its channel's ``thresholds`` (channels or 1, count) each x reaches; ``axis`` is the channels'."""
    channels = [1] * x.at.ndim
    channels[axis] = len(thresholds)
    shape = np.broadcast_shapes(x.scale.shape, x.offset.shape, tuple(channels))
    which = np.broadcast_to(np.arange(len(thresholds)).reshape(channels), shape).ravel()
    parts = (np.broadcast_to(part, shape).ravel() for part in (x.scale, x.offset))
    if x.clamped:
        raise UnsupportedLayerError("thresholds of a clamped tensor; leave out the ReLU before them")
    rows = [
        row(scale, offset, [(t, True) for t in sorted(thresholds[c])])
        for c, scale, offset in zip(which, *parts, strict=True)
    ]
    counted = stepped(draft, name, x, rows, shape, 0)
    remember(draft, counted, x, x.scale, x.offset, None, tuple(sorted(set(thresholds.flat))))
    return Real(counted.value, counted.at, uniform(Fraction(1), x.at.ndim), uniform(Fraction(0), x.at.ndim))


def remember(
    draft: Draft,
    q: Real,
    x: Real,
    scale: Fractions,
    offset: Fractions,
    boundary: Fraction | None,
    levels: tuple[Fraction, ...] = (),
) -> None:
    draft.origins[q.value.source] = Origin(x.value.source, x.at, scale, offset, boundary, levels)


def stepped(
    draft: Draft, name: str, x: Real, rows: list[tuple[list[int], bool]], shape: tuple[int, ...], lo: int
) -> Real:
    """One of the step functions ``rows``, laid out in ``shape`` (broadcastable to x), for each element of x."""
    ids = np.broadcast_to(np.arange(len(rows)).reshape(shape), x.shape)
    of_frame = np.zeros(x.value.features, np.int64)
    of_frame[x.at] = ids
    at = np.array([steps for steps, _ in rows], np.int64).reshape(len(rows), -1)
    made = realize(draft, name, x.value, Steps(at, np.array([falls for _, falls in rows]), lo), of_frame)
    return Real(made, x.at, x.scale, x.offset)


def row(scale: Fraction, offset: Fraction, levels: list[Boundary]) -> tuple[list[int], bool]:
    """The integers n at which ``scale * n + offset`` reaches each level, ascending; whether it falls on its way."""
    if scale == 0:
        return [-FAR if offset > at or (closed and offset == at) else FAR for at, closed in levels], False
    crossings = [((at - offset) / scale, closed) for at, closed in levels]
    if scale > 0:
        return [_near(ceil(n) if closed else floor(n) + 1) for n, closed in crossings], False
    # It reaches a level at n and below: it is lost at the next integer.
    return [_near(floor(n) + 1 if closed else ceil(n)) for n, closed in reversed(crossings)], True


def _near(step: int) -> int:
    return max(-FAR, min(FAR, step))


def _real(boundary: Boundary, scale: Fraction, zero: Fraction) -> Boundary:
    at, closed = boundary
    return (at - zero) * scale, closed


def _reachable(x: Real, grid: Grid, scale: Fraction, zero: Fraction) -> tuple[int, int]:
    """The levels that a clamp leaves, least and greatest."""
    lo = grid.lo if x.lo is None else _rounded(x.lo / scale + zero, grid)
    return lo, grid.hi if x.hi is None else max(lo, _rounded(x.hi / scale + zero, grid))


def _rounded(x: Fraction, grid: Grid) -> int:
    """What the quantizer makes of one real number, in units of its scale."""
    k = max(grid.lo, min(grid.hi, floor(x) + 1))
    while k > grid.lo and not _reaches(x, grid.boundary(k)):
        k -= 1
    return k


def _reaches(x: Fraction, boundary: Boundary) -> bool:
    at, closed = boundary
    return x > at or (closed and x == at)


def full(per: Fractions, x: Real) -> Fractions:
    return per.reshape((1,) * (x.at.ndim - per.ndim) + per.shape)
