"""Scrambled Sobol points: each further one lies where the others left most room. Trial n has the n-th, whoever asks."""

import warnings
from collections.abc import Sequence
from functools import lru_cache

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import QMCSampler

from edgeflow.sweep.plan import Asked, Point, Sweep
from edgeflow.sweep.result import Result
from edgeflow.sweep.samplers import _optuna


def point(sweep: Sweep, number: int, finished: Sequence[Result], running: Sequence[Point]) -> Asked:
    return _sequence(sweep.model_dump_json(include={"name", "recipe", "space", "seed"})).point(number), {}


@lru_cache(maxsize=1)
def _sequence(sweep: str) -> "_Sequence":
    return _Sequence(Sweep.model_validate_json(sweep))


class _Sequence:
    def __init__(self, sweep: Sweep):
        self.sweep, self.points = sweep, list[Point]()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # Optuna calls its sampler so since 2022
            self.study = optuna.create_study(sampler=QMCSampler(scramble=True, seed=sweep.seed))
        first = {d.key: d.samples()[0] for d in sweep.dimensions}
        self.study.add_trial(  # the sampler learns its space from a finished trial
            optuna.trial.create_trial(
                value=0.0, params=_optuna.encoded(sweep, first), distributions=_optuna.distributions(sweep)
            )
        )

    def point(self, number: int) -> Point:
        while len(self.points) <= number:
            asked = self.study.ask(_optuna.distributions(self.sweep))
            self.points.append(_optuna.decoded(self.sweep, asked.params))
        return self.points[number]
