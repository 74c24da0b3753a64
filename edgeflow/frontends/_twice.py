"""Functions that were rounded twice, first on a finer grid, then half away from zero: a line that does the same.

Between its negative and its positive levels such a function has a kink of one unit of the finer grid, which no line
has. So the line ends on that grid, and the second rounding is done as it was: exact, with a short multiplier.
"""

from typing import Any

import numpy as np

from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Rounding, fixed_for
from edgeflow.frontends._lines import Line, line_through
from edgeflow.frontends._scaling import clipped, scaled, whole_part
from edgeflow.frontends._step_function import Steps
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.affine import Affine
from edgeflow.kernels.depthwise import Depthwise


def rounded_twice(x: Fixed, steps: Steps, pixels: int) -> list[Any] | None:
    """Kernels in a row; None where the function is no such one."""
    if steps.finer is None or steps.falling.any() or not steps.finer.any():
        return None
    found = steps.each(lambda row: _fine(x, steps, row))
    lines = [line for line in found if line is not None]
    if len(lines) < len(found):
        return None
    shift = max(line.shift for line in lines)
    try:
        return _chain(x, [line.shifted(shift) for line in lines], steps, pixels)
    except InputError:  # a product wider than any format
        return None


def _fine(x: Fixed, steps: Steps, row: int) -> Line | None:
    """The line on the finer grid, which reaches ``k - 1/2``, or for levels up to 0 the next value, at each step."""
    assert steps.finer is not None
    bits, first = int(steps.finer[row]), steps.lo + 1 - steps.zero
    at = [int(step) for step in steps.at[row]]
    return line_through(x.lo, x.hi, [(step, threshold(first + i, bits)) for i, step in enumerate(at)])


def threshold(level: int, bits: int) -> int:
    """The least value with ``bits`` fraction bits that rounds to ``level`` or more, half away from zero."""
    return ((2 * level - 1) << (bits - 1)) + (level <= 0) if bits else level


def _chain(x: Fixed, lines: list[Line], steps: Steps, pixels: int) -> list[Any]:
    assert steps.finer is not None
    bits = steps.finer.tolist()
    most, shift, features = max(bits), lines[0].shift, pixels * len(lines)
    one = len(set(bits)) == 1
    chain: list[Any] = [scaled(x, lines, pixels, shift + most if one else shift)]
    chain.append(whole_part(chain[-1].y, features, frac=most if one else 0))
    if not one:
        chain.append(_on_one_grid(chain[-1].y, bits, most, pixels))
    chain += clipped(chain[-1].y, steps.lo - steps.zero, steps.hi - steps.zero, features, Rounding.RND_INF)
    if steps.zero:
        chain.append(Affine(chain[-1].y, 1, 0, steps.zero, features))
    return chain


def _on_one_grid(x: Fixed, bits: list[int], most: int, pixels: int) -> Depthwise:
    """Whole numbers, each channel's of its own finer grid, as values with ``most`` fraction bits: shifted wires."""
    weight = np.array([1 << (most - each) for each in bits])
    w = fixed_for(1, int(weight.max()), most)
    geometry = Geometry(1, pixels, len(bits))
    return Depthwise(geometry, weight.reshape(1, 1, -1), np.zeros(len(bits), np.int64), x, w)
