"""Which shape each layer takes: the least of a part for a rate, and the highest rate that a part gives.

Given the cycles that a frame may take, each layer needs a shape that is fast enough; of those the combination is found
that leaves the most of the scarcest resource. It is exact: sums of costs that others equal or beat are dropped as they
arise, nothing else is. (FINN's SetFolding goes by multipliers alone.)
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edgeflow.rtl.options import Option, amounts

Options = Mapping[str, Sequence[Option]]  # of every layer that folds
Choice = dict[str, Option]
Room = tuple[float, float, float, float]  # luts, ffs, brams, dsps that there are
MOST_SUMS = 2_000  # partial sums kept; beyond, those with the least share of the part


def cheapest_within(options: Options, cycles: int, room: Room) -> Choice | None:
    """The choice that takes the smallest share of its scarcest resource, of equals the smallest in all; no layer takes
    more than ``cycles``. None if nothing fits in the room."""
    budget, sums = np.array(room), np.zeros((1, 4))
    picks: list[
        tuple[NDArray[np.int64], list[Option]]
    ] = []  # for each layer: of each sum, the one before and the option
    for own in options.values():
        fast = _cheap([option for option in own if option.interval_cycles <= cycles])
        if not fast:
            return None
        costs = np.array([amounts(option.cost) for option in fast], np.float64)
        reached = (sums[:, None] + costs[None]).reshape(-1, 4)
        kept = _least(reached, budget)
        sums = reached[kept]
        picks.append((kept, fast))
        if not len(kept):
            return None
    best = int(_ranked(sums, budget)[0])
    return dict(zip(options, _traced(picks, best), strict=True))


def fastest_within(options: Options, room: Room) -> Choice | None:
    """The cheapest of the choices of the fewest cycles that fit in the room."""
    found = {}

    def fits(cycles: int) -> bool:
        found[cycles] = cheapest_within(options, cycles, room)
        return found[cycles] is not None

    paces = intervals(options)
    at = bisect_left(paces, True, key=fits)
    return found[paces[at]] if at < len(paces) else None


def intervals(options: Options) -> list[int]:
    """The cycles a frame that some choice takes, ascending."""
    slowest_at_best = max((min(option.interval_cycles for option in own) for own in options.values()), default=1)
    return sorted({o.interval_cycles for own in options.values() for o in own if o.interval_cycles >= slowest_at_best})


def cycles_of(choice: Choice) -> int:
    return max((option.interval_cycles for option in choice.values()), default=1)


def _cheap(options: Sequence[Option]) -> list[Option]:
    """Those that no other equals or beats in every resource, whatever their cycles; of equal ones the first."""
    costs = [amounts(option.cost) for option in options]

    def beaten(i: int) -> bool:
        return any(
            all(a <= b for a, b in zip(costs[j], costs[i], strict=True)) and (costs[j] != costs[i] or j < i)
            for j in range(len(costs))
        )

    return [option for i, option in enumerate(options) if not beaten(i)]


def _least(sums: NDArray[np.float64], budget: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which sums to go on with: within the budget, none equalled or beaten by another in everything."""
    order = _ranked(sums, budget)
    order = order[(sums[order] <= budget).all(axis=1)]
    kept: list[int] = []
    front = np.empty((0, 4))
    for i in order:
        if not (front <= sums[i]).all(axis=1).any():
            kept.append(i)
            front = np.vstack([front, sums[i]])
        if len(kept) == MOST_SUMS:
            break
    return np.array(kept, np.int64)


def _ranked(sums: NDArray[np.float64], budget: NDArray[np.float64]) -> NDArray[np.int64]:
    """Indices by the greatest share of a resource, then by all shares together, then as they came.

    Nothing can be better than what stands before it, so one look at those before is enough for ``_least``.
    """
    shares = sums / np.maximum(budget, 1e-9)
    return np.lexsort((np.arange(len(sums)), shares.sum(axis=1).round(12), shares.max(axis=1).round(12)))


def _traced(picks: list[tuple[NDArray[np.int64], list[Option]]], at: int) -> list[Option]:
    """From the last sum back to the first."""
    found = []
    for kept, options in reversed(picks):
        at, which = divmod(int(kept[at]), len(options))
        found.append(options[which])
    return found[::-1]
