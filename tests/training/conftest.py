"""A small lab: two teachers and a student on a few digits, made once for each framework."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from edgeflow import catalog
from edgeflow.recipe import Recipe
from edgeflow.training._augment import Examples
from edgeflow.training._fit import Task
from edgeflow.training._lab import Lab

SAMPLES = 320
RECIPE: dict[str, Any] = {
    "name": "small",
    "dataset": "digits",
    "teacher": {"hidden": [16], "members": 2, "training": {"epochs": 4, "batch_size": 16, "learning_rate": 0.01}},
    "baseline": {"hidden": [16]},
    "student": {"hidden": [{"units": 12, "weight_bits": 3}]},
    "training": {"epochs": 6, "batch_size": 16, "learning_rate": 0.01},
}


@cache
def _lab(framework: str) -> Lab[Any]:
    module = catalog.load("training", framework)
    recipe = Recipe.model_validate(RECIPE | {"student": RECIPE["student"] | {"framework": framework}})
    data = catalog.load("datasets", "digits").load()
    examples = Examples(data.x_train[:SAMPLES], data.y_train[:SAMPLES], (8, 8, 1), 0)
    task = Task((8, 8, 1), 10, examples, data.x_validation, data.y_validation, recipe.training)
    lab: Lab[Any] = Lab(recipe, lambda line: None, module.FRAMEWORK, task, {})
    return replace(lab, floats={"ensemble": lab.ensemble(recipe.teacher, "teacher")})


@pytest.fixture
def small_lab() -> Callable[[str], Lab[Any]]:
    return _lab
