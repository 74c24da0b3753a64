"""Teachers and baseline: trained once for all recipes that have the same ones, and the same however they came."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeflow import catalog, training_stages
from edgeflow.recipe import Recipe
from edgeflow.stages import Context
from edgeflow.store import Store
from edgeflow.training import TrainedModel, _floats

FAST = {"epochs": 3, "learning_rate": 0.01}
RECIPE: dict[str, Any] = {
    "name": "small",
    "dataset": "digits",
    "teacher": {"hidden": [16], "members": 2, "training": FAST},
    "baseline": {"hidden": [12], "training": FAST},
    "student": {"framework": "brevitas", "hidden": [{"units": 8, "weight_bits": 4}]},
    "compression": [{"distill": {"max_points_lost": None}}],
    "training": FAST,
}
OWN = {"distill": {"teacher": {"hidden": [10], "training": FAST}, "max_points_lost": None}}


def recipe(**changes: Any) -> Recipe:
    return Recipe.model_validate(RECIPE | changes)


def labels(wanted: Recipe) -> list[str]:
    return [job.label for job in _floats.jobs(wanted)]


class Heard:
    """Progress that knows which networks were really trained: those that reported an epoch."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)

    def trained(self) -> list[str]:
        said = [line.partition(": epoch")[0] for line in self.lines if ": epoch" in line]
        self.lines.clear()
        return list(dict.fromkeys(said))


def same(one: TrainedModel, other: TrainedModel) -> bool:
    arrays = all((one.student[key] == other.student[key]).all() for key in one.student)
    return arrays and (one.scores, one.compression) == (other.scores, other.compression)


def test_every_known_float_network_is_a_job_once() -> None:
    assert labels(recipe()) == ["teacher 1 of 2", "teacher 2 of 2", "baseline 1 of 1"]
    assert labels(recipe(compression=[OWN, OWN])) == [*labels(recipe()), "teacher of its own 1 of 1"]


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"teacher": RECIPE["teacher"] | {"hidden": [17]}},
               {"teacher": RECIPE["teacher"] | {"training": FAST | {"batch_size": 32}}}],
)  # fmt: skip
def test_what_determines_a_network_changes_its_key(change: dict[str, Any]) -> None:
    before, after = ({job.label: job.key for job in _floats.jobs(one)} for one in (recipe(), recipe(**change)))
    differ = {label for label in before if before[label] != after[label]}
    assert differ == (set(before) if "seed" in change else {"teacher 1 of 2", "teacher 2 of 2"})


def test_members_share_what_an_ensemble_has_more_of() -> None:
    one, three = (recipe(teacher=RECIPE["teacher"] | {"members": members}) for members in (1, 3))
    keys = [{job.key for job in _floats.jobs(wanted)} for wanted in (one, three)]
    assert keys[0] < keys[1] and len(keys[1]) == 4


@pytest.mark.train
def test_recipes_that_differ_in_the_student_train_its_teachers_once(tmp_path: Path) -> None:
    heard = Heard()
    context = Context(Store(tmp_path), heard)
    students = ["student without distillation", "student with distillation"]

    first = training_stages.train(recipe(compression=[OWN]), context)
    assert heard.trained() == [*labels(recipe(compression=[OWN])), *students]
    narrower = RECIPE["student"] | {"hidden": [{"units": 6, "weight_bits": 3}]}
    second = training_stages.train(recipe(student=narrower), context)
    assert heard.trained() == students
    assert second.value.scores["teacher"] == first.value.scores["teacher"]
    other = RECIPE["teacher"] | {"training": FAST | {"epochs": 2}}
    training_stages.train(recipe(teacher=other), context)
    assert heard.trained() == ["teacher 1 of 2", "teacher 2 of 2", *students], "the baseline is the same"
    training_stages.train(recipe(seed=2), context)
    assert heard.trained() == [*labels(recipe()), *students]
    training_stages.train(recipe(), context)
    assert heard.trained() == students, "only the step's own teacher is one more"

    floats = training_stages.train_floats(recipe(compression=[OWN]), context)
    took = sum(one.seconds for one in floats.values())
    own = float((first.folder / ".seconds").read_text())
    assert took > 0 and first.seconds == pytest.approx(took + own, abs=1e-6), (
        "a student's seconds are its teachers' too"
    )
    assert not heard.trained()


@pytest.mark.train
@pytest.mark.parametrize("framework", ["brevitas", "qkeras"])
def test_a_stored_teacher_teaches_the_same(framework: str, tmp_path: Path) -> None:
    """Every bit of the student is as if all had been trained in one go."""
    one = RECIPE["teacher"] | {"members": 1}
    wanted = recipe(student=RECIPE["student"] | {"framework": framework}, teacher=one)
    context, heard = Context(Store(tmp_path)), Heard()
    stored = {key: one.value for key, one in training_stages.train_floats(wanted, context).items()}
    module = catalog.load("training", framework)
    at_once, with_stored = module.train(wanted, lambda line: None), module.train(wanted, heard, stored)
    assert heard.trained() == ["student without distillation", "student with distillation"]
    assert same(at_once, with_stored)
    for name, layer in with_stored.baseline.items():
        assert (layer.kernel == at_once.baseline[name].kernel).all()


@pytest.mark.train
def test_the_order_of_building_changes_no_network() -> None:
    module, wanted = catalog.load("training", "brevitas"), recipe()
    jobs = _floats.jobs(wanted)
    forth = {job.key: module.train_float(wanted, job, lambda line: None) for job in jobs}
    back = {job.key: module.train_float(wanted, job, lambda line: None) for job in reversed(jobs)}
    for job in jobs:
        for name, layer in forth[job.key].items():
            np.testing.assert_array_equal(layer.kernel, back[job.key][name].kernel)
            np.testing.assert_array_equal(layer.bias, back[job.key][name].bias)


KILLED = """
import os, signal, sys
from pathlib import Path
from edgeflow import recipe, training_stages
from edgeflow.stages import Context
from edgeflow.store import Store

def progress(line):
    if line.startswith("teacher 2 of 2: epoch"):
        os.kill(os.getpid(), signal.SIGKILL)

training_stages.train(recipe.load(Path(sys.argv[1])), Context(Store(Path(sys.argv[2])), progress))
"""


@pytest.mark.train
def test_a_killed_training_leaves_whole_networks_alone(tmp_path: Path) -> None:
    """The first teacher stays; the second, killed half way, is trained again, by whoever comes."""
    from edgeflow._yaml import parse

    (tmp_path / "recipe.yaml").write_text(text := YAML)
    argv = [sys.executable, "-c", KILLED, str(tmp_path / "recipe.yaml"), str(tmp_path / "store")]
    assert subprocess.run(argv, env=os.environ, timeout=300).returncode == -signal.SIGKILL
    assert len(list((tmp_path / "store" / "float_network").glob("[!.]*"))) == 1
    assert not (tmp_path / "store" / "train").exists()
    heard = Heard()
    training_stages.train_floats(
        Recipe.model_validate(parse(text, "recipe").value), Context(Store(tmp_path / "store"), heard)
    )
    assert heard.trained() == ["teacher 2 of 2", "baseline 1 of 1"]


YAML = """\
name: killed
dataset: digits
teacher: {hidden: [16], members: 2, training: {epochs: 3}}
baseline: {hidden: [12], training: {epochs: 3}}
student: {framework: brevitas, hidden: [{units: 8}]}
"""
