"""Choose one option for each layer: the least loss within a budget, exactly."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Option(NamedTuple):
    width: int
    cost: int
    loss: float


class Plan(NamedTuple):
    cost: int
    loss: float
    widths: tuple[int, ...]


def best_plan(options: Mapping[str, Sequence[Option]], budget: int) -> dict[str, int] | None:
    """A width for each layer, with the least sum of losses among all whose costs sum to ``budget`` at most.

    Layer by layer it keeps the plans that no cheaper one equals, so none that could win is lost. None: nothing fits.
    """
    plans = [Plan(0, 0.0, ())]
    for choices in options.values():
        longer = [
            Plan(plan.cost + one.cost, plan.loss + one.loss, (*plan.widths, one.width))
            for plan in plans
            for one in choices
            if plan.cost + one.cost <= budget
        ]
        plans = _front(longer)
    best = min(plans, key=lambda plan: plan.loss, default=None)
    return dict(zip(options, best.widths, strict=True)) if best else None


def _front(plans: Sequence[Plan]) -> list[Plan]:
    kept: list[Plan] = []
    for plan in sorted(plans):
        if not kept or plan.loss < kept[-1].loss:
            kept.append(plan)
    return kept
