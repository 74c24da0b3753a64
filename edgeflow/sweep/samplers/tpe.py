"""Tree-structured Parzen estimators (Bergstra et al. 2011; multi-objective: Ozaki et al. 2022), by Optuna."""

from collections.abc import Sequence

from optuna.samplers import TPESampler

from edgeflow.sweep.plan import Asked, Point, Sweep
from edgeflow.sweep.result import Result
from edgeflow.sweep.samplers import _optuna
from edgeflow.sweep.samplers._seed import seed_of


def point(sweep: Sweep, number: int, finished: Sequence[Result], running: Sequence[Point]) -> Asked:
    return _optuna.ask(sweep, TPESampler(seed=seed_of(sweep.seed, number), multivariate=True), finished, running)
