"""Hyper-parameters by Optuna's TPE, within a budget of trials; deterministic in its seed."""

from collections.abc import Callable
from typing import Any, NamedTuple

Values = dict[str, float]


class Range(NamedTuple):
    low: float
    high: float
    log: bool = False


def maximize(
    score: Callable[[Values], float], ranges: dict[str, Range], start: Values, trials: int, seed: int
) -> list[tuple[Values, float]]:
    """Every trial's values with their score, in order; ``start`` comes first, and ranges reach at least there."""
    import optuna  # here, for it takes a second and only tuning needs it

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    done: list[tuple[Values, float]] = []

    def objective(trial: Any) -> float:
        values = {
            name: trial.suggest_float(name, min(r.low, start[name]), max(r.high, start[name]), log=r.log)
            for name, r in ranges.items()
        }
        done.append((values, score(values)))
        return done[-1][1]

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(start)
    study.optimize(objective, n_trials=trials)
    return done
