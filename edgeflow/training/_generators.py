"""Samples made from labelled ones, for teachers to label: ``GENERATORS[kind](examples, samples, strength, random)``.

mixup         on the line between any two samples, at most ``strength`` of the way (Zhang et al. 2018)
within_class  the same between two of one class
jitter        normal noise of standard deviation ``strength`` on every value
"""

from collections.abc import Callable

import numpy as np

from edgeflow.datasets._data import Features
from edgeflow.training._augment import Examples

Generator = Callable[[Examples, int, float, np.random.Generator], Features]


def mixup(examples: Examples, samples: int, strength: float, random: np.random.Generator) -> Features:
    first, second = random.integers(examples.samples, size=(2, samples))
    return _between(examples.x[first], examples.x[second], strength, random)


def within_class(examples: Examples, samples: int, strength: float, random: np.random.Generator) -> Features:
    first = random.integers(examples.samples, size=samples)
    order = np.argsort(examples.y, kind="stable")  # samples of one class side by side
    start, end = (np.searchsorted(examples.y[order], examples.y[first], side=side) for side in ("left", "right"))
    return _between(examples.x[first], examples.x[order[random.integers(start, end)]], strength, random)


def jitter(examples: Examples, samples: int, strength: float, random: np.random.Generator) -> Features:
    chosen = examples.x[random.integers(examples.samples, size=samples)]
    return np.clip(chosen + random.normal(0, strength, chosen.shape), 0, 1).astype(np.float32)


def _between(first: Features, second: Features, strength: float, random: np.random.Generator) -> Features:
    way = random.uniform(0, strength, (len(first), 1))
    return ((1 - way) * first + way * second).astype(np.float32)


GENERATORS: dict[str, Generator] = {"mixup": mixup, "within_class": within_class, "jitter": jitter}
