"""The float networks that a recipe names: teachers, the baseline, and teachers that a distillation brings itself.

Each is a job with a seed of its own, so recipes that differ in the student alone have the same ones, and may train them
once; in which order networks are trained, or whether in one process, changes none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from edgeflow.recipe import FloatNetwork, Recipe, Teacher
from edgeflow.recipe_steps import step_teachers
from edgeflow.store import digest
from edgeflow.training._trained import Weights, state_of, weights_from

FILE = "weights.npz"
TEACHER, BASELINE, OWN_TEACHER = "teacher", "baseline", "teacher of its own"  # roles
NOTHING: Mapping[str, Weights] = MappingProxyType({})


@dataclass(frozen=True)
class FloatJob:
    """One network to train. Members of one role differ by their seed, in initial weights and order of examples."""

    spec: FloatNetwork
    role: str
    number: int  # from 0
    count: int
    seed: int

    @property
    def label(self) -> str:
        return f"{self.role} {self.number + 1} of {self.count}"

    @property
    def material(self) -> dict[str, Any]:
        """What determines its weights, beside data and framework."""
        return {"seed": self.seed} | self.spec.model_dump(include={"hidden", "training"})

    @property
    def key(self) -> str:
        return digest(self.material)


def jobs(recipe: Recipe) -> list[FloatJob]:
    """All that are known before training; each once."""
    found = [*members(recipe.teacher, TEACHER, recipe.seed), baseline(recipe)]
    for own in step_teachers(recipe.compression):
        found += members(own, OWN_TEACHER, recipe.seed)
    return list({job.key: job for job in found}.values())


def members(spec: Teacher, role: str, seed: int) -> Iterator[FloatJob]:
    """Of an ensemble."""
    for number in range(spec.members):
        yield FloatJob(spec, role, number, spec.members, seed_of(seed, role, number))


def alone(spec: FloatNetwork, role: str, seed: int) -> FloatJob:
    """The only one of its role."""
    return FloatJob(spec, role, 0, 1, seed_of(seed, role, 0))


def baseline(recipe: Recipe) -> FloatJob:
    return alone(recipe.baseline, BASELINE, recipe.seed)


def seed_of(seed: int, role: str, member: int) -> int:
    """Of one network: from the recipe's seed and what it is for."""
    return int(np.random.SeedSequence([seed, *role.encode(), member]).generate_state(1)[0] >> 1)


def save(weights: Weights, folder: Path) -> None:
    arrays: Any = state_of(weights)
    np.savez(folder / FILE, **arrays)


def load(folder: Path) -> Weights:
    """What ``save`` wrote."""
    with np.load(folder / FILE, allow_pickle=False) as archive:
        return weights_from(dict(archive))
