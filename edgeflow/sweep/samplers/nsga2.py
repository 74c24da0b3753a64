"""NSGA-II (Deb et al. 2002), by Optuna: generations of points that the best of the last one breed."""

from collections.abc import Sequence

from optuna.samplers import NSGAIISampler

from edgeflow.sweep.plan import Asked, Point, Sweep
from edgeflow.sweep.result import Result
from edgeflow.sweep.samplers import _optuna
from edgeflow.sweep.samplers._seed import seed_of


def point(sweep: Sweep, number: int, finished: Sequence[Result], running: Sequence[Point]) -> Asked:
    population = min(50, max(4, sweep.total // 6))  # six generations and more, for breeding to show
    sampler = NSGAIISampler(population_size=population, seed=seed_of(sweep.seed, number))
    return _optuna.ask(sweep, sampler, finished, running)
