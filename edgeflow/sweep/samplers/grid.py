"""Every combination of all values, in an order that a killed or shared sweep keeps."""

from collections.abc import Sequence

from edgeflow.sweep.plan import Asked, Point, Sweep
from edgeflow.sweep.result import Result


def point(sweep: Sweep, number: int, finished: Sequence[Result], running: Sequence[Point]) -> Asked:
    """Hardware keys change last: neighbours in time then train different students, and none waits for another's."""
    found: Point = {}
    for dimension in sorted(sweep.dimensions, key=lambda d: d.key.startswith("hardware.")):
        number, index = divmod(number, dimension.size)
        found[dimension.key] = dimension.values()[index]
    return {key: found[key] for key in sweep.space}, {}
