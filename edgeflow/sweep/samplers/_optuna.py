"""A sweep as Optuna sees it: distributions, finished trials, and the question what to try next.

A list of ascending numbers is an order to Optuna, any other list is a choice; both go by the index in the list.
"""

from collections.abc import Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from edgeflow.sweep import budgets
from edgeflow.sweep.figures import FIGURES
from edgeflow.sweep.plan import Asked, Point, Sweep
from edgeflow.sweep.result import Result
from edgeflow.sweep.space import Dimension, Range

optuna.logging.set_verbosity(optuna.logging.ERROR)

TRIAL = "trial"  # the number of ours that a trial of Optuna's stands for
GENERATION = "generation"  # in names of what a sampler keeps with a trial


def ask(sweep: Sweep, sampler: BaseSampler, finished: Sequence[Result], running: Sequence[Point]) -> Asked:
    """What the sampler would try, knowing what is finished and what others try just now."""
    study = optuna.create_study(directions=directions(sweep), sampler=sampler)
    study.add_trials([*frozen_trials(sweep, finished), *(_running(sweep, point) for point in running)])
    trial = study.ask(distributions(sweep))
    attributes = study.get_trials(deepcopy=False)[trial.number].system_attrs
    kept = {key: value for key, value in attributes.items() if GENERATION in key}
    return decoded(sweep, trial.params), kept


def directions(sweep: Sweep) -> list[str]:
    return ["maximize" if FIGURES[name].better_high else "minimize" for name in sweep.objectives]


def distributions(sweep: Sweep) -> dict[str, BaseDistribution]:
    return {dimension.key: _distribution(dimension) for dimension in sweep.dimensions}


def encoded(sweep: Sweep, point: Point) -> dict[str, Any]:
    """The point in Optuna's terms."""
    return {d.key: d.index(point[d.key]) if isinstance(d.axis, list) else point[d.key] for d in sweep.dimensions}


def decoded(sweep: Sweep, params: dict[str, Any]) -> Point:
    return {d.key: d.axis[params[d.key]] if isinstance(d.axis, list) else params[d.key] for d in sweep.dimensions}


def frozen_trials(sweep: Sweep, results: Sequence[Result]) -> list[FrozenTrial]:
    """Finished trials, failures as failures, with their violated constraints."""
    budget = budgets.of(sweep)
    return [_frozen(sweep, result, budget) for result in results]


def _frozen(sweep: Sweep, result: Result, budget: dict[str, int]) -> FrozenTrial:
    trial = create_trial(
        state=TrialState.FAIL if result.failure else TrialState.COMPLETE,
        values=None if result.failure else result.objectives(sweep),
        params=encoded(sweep, result.point),
        distributions=distributions(sweep),
        user_attrs={TRIAL: result.number, "figures": result.figures, "failure": result.failure},
        system_attrs=dict(result.notes),
    )
    if not result.failure:
        for name, over in result.violations(sweep, budget).items():
            trial.set_constraint(name, over)
    return trial


def _running(sweep: Sweep, point: Point) -> FrozenTrial:
    return create_trial(state=TrialState.RUNNING, params=encoded(sweep, point), distributions=distributions(sweep))


def _distribution(dimension: Dimension) -> BaseDistribution:
    match dimension.axis:
        case Range(low=low, high=high, log=log, step=step, whole=True):
            return IntDistribution(int(low), int(high), log=log, step=int(step or 1))
        case Range(low=low, high=high, log=log, step=step):
            return FloatDistribution(low, high, log=log, step=step)
        case values if dimension.ordered:
            return IntDistribution(0, len(values) - 1)
        case values:
            return CategoricalDistribution(range(len(values)))
