"""Distillation's ways to teach: each changes what it says it changes, in both frameworks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeflow.errors import InputError, RecipeError
from edgeflow.training import _lessons
from edgeflow.training._augment import Examples
from edgeflow.training._generators import GENERATORS
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training.steps import distill

pytestmark = pytest.mark.train
MakeLab = Callable[[str], Lab[Any]]


def distilled(lab: Lab[Any], **wanted: Any) -> tuple[Candidate, dict[str, Any]]:
    return distill.run(lab, lab.fresh(lab.recipe.student), distill.Section.model_validate(wanted))


def same(a: Candidate, b: Candidate) -> bool:
    return all((a.latent[key] == b.latent[key]).all() for key in a.latent)


@pytest.mark.parametrize("framework", ["qkeras", "brevitas"])
def test_every_way_to_teach_gives_another_student(framework: str, small_lab: MakeLab, tmp_path: Path) -> None:
    lab = small_lab(framework)
    np.savez(tmp_path / "more.npz", x=np.random.default_rng(1).random((40, 64)))
    ways = [
        {"temperature": 1.0, "shift_pixels": 0.25, "schedule": "annealed", "feature_weight": 2.0},
        {"unlabelled": str(tmp_path / "more.npz"), "generate": {"kind": "mixup", "samples": 50}},
        {"teacher": {"hidden": [6], "training": {"epochs": 4, "batch_size": 16, "learning_rate": 0.02}}},
    ]
    made = [distilled(lab, **way)[0] for way in ways]
    assert not any(same(a, b) for i, a in enumerate(made) for b in made[:i])
    assert made[1].task.examples.samples == lab.task.examples.samples + 90
    assert all(lab.validation(candidate) > 0.4 for candidate in made)


def test_soft_labels_are_the_mean_of_the_ensemble_on_every_copy(small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    candidate, _ = distilled(lab, shift_pixels=0.5)
    assert candidate.lesson
    examples, copy = candidate.task.examples, 3
    rows = slice(copy * examples.samples, (copy + 1) * examples.samples)
    each = [lab.framework.logits(model, examples.copy(copy)) for model in lab.floats["ensemble"]]
    np.testing.assert_allclose(candidate.lesson.logits[rows], np.mean(each, axis=0), atol=1e-5)


def test_the_student_so_far_teaches_its_successor(small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    first, _ = distilled(lab)
    wanted = distill.Section.model_validate({"teacher": "student", "start": "student"})
    second, _ = distill.run(lab, first, wanted)
    assert second.lesson and (second.lesson.logits == lab.framework.logits(lab.model(first), lab.task.examples.x)).all()


def test_an_annealed_lesson_ends_without_its_teacher(small_lab: MakeLab) -> None:
    candidate, _ = distilled(small_lab("brevitas"), schedule="annealed", weight=0.8)
    assert candidate.lesson
    assert candidate.lesson.share(0) == 0.8 and abs(candidate.lesson.share(1)) < 1e-9
    assert replace(candidate.lesson, annealed=False).share(1) == 0.8


def test_matched_features_are_the_teachers_hidden_layers(small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    candidate, _ = distilled(lab, feature_weight=1.0)
    assert candidate.lesson and candidate.lesson.features is not None
    hidden = np.concatenate([lab.framework.hidden(m, lab.task.examples.x) for m in lab.floats["ensemble"]], axis=1)
    np.testing.assert_allclose(candidate.lesson.features * np.sqrt((hidden**2).mean()), hidden, rtol=1e-4, atol=1e-5)
    teacher, x = lab.floats["ensemble"][0], lab.task.examples.x
    last = lab.framework.weights(teacher)["dense_1"]
    outputs = lab.framework.hidden(teacher, x) @ last.kernel + last.bias
    np.testing.assert_allclose(outputs, lab.framework.logits(teacher, x), atol=1e-4)


def test_tuning_takes_its_best_trial_and_tells_all(small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    candidate, found = distilled(lab, temperature=2.0, weight=0.25, tune={"trials": 3})
    trials = found["trials"]
    assert len(trials) == 3 and (trials[0]["temperature"], trials[0]["weight"]) == (2.0, 0.25)
    assert len({trial["weight"] for trial in trials}) == 3
    assert lab.validation(candidate) == max(trial["validation"] for trial in trials)
    assert candidate.lesson and candidate.lesson.weight == found["weight"]
    assert distilled(lab, temperature=2.0, weight=0.25, tune={"trials": 3})[1] == found


EXAMPLES = Examples(np.random.default_rng(2).random((30, 4)).astype(np.float32), np.arange(30) % 3, (4,), 0)


@pytest.mark.parametrize("kind", GENERATORS)
def test_generated_samples_stay_in_range_and_near_their_source(kind: str) -> None:
    made = GENERATORS[kind](EXAMPLES, 200, 0.1, np.random.default_rng(3))
    assert made.shape == (200, 4) and made.dtype == np.float32 and made.min() >= 0 and made.max() <= 1
    nearest = np.abs(made[:, None] - EXAMPLES.x).max(axis=2).min(axis=1)
    assert 0 < nearest.mean() < 0.2


def test_within_class_mixes_one_class_alone() -> None:
    apart = replace(EXAMPLES, x=np.eye(3, 4, dtype=np.float32)[EXAMPLES.y])
    made = GENERATORS["within_class"](apart, 50, 1.0, np.random.default_rng(3))
    assert (np.isclose(made, 0, atol=1e-6) | np.isclose(made, 1)).all()
    mixed = GENERATORS["mixup"](apart, 50, 1.0, np.random.default_rng(3))
    assert not np.isclose(mixed, np.round(mixed)).all()


@pytest.mark.parametrize("array", [np.zeros((3, 5)), np.full((3, 4), 2.0), np.zeros((3, 4), int), np.zeros(())])
def test_unlabelled_samples_of_the_wrong_kind_are_refused(array: np.ndarray, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=array)
    with pytest.raises(InputError, match="needs floats of 0 to 1"):
        _lessons.unlabelled(tmp_path / "x.npz", 4)
    with pytest.raises(InputError, match="needs an array x"):
        _lessons.unlabelled(tmp_path / "none.npz", 4)


def test_mistakes_in_steps_have_their_places(tmp_path: Path) -> None:
    from edgeflow import recipe

    text = """\
name: n
dataset: digits
teacher: {hidden: [4]}
baseline: {hidden: [4]}
student: {hidden: [{units: 4}]}
compression:
- distill: {temprature: 1.0, teacher: {hiden: [3]}, generate: {kind: mixin, samples: 3}}
- distil: {}
- distill: {teacher: nobody}
- distill: {unlabelled: none.npz, teacher: {hidden: [{filters: 3, kernel: 9}]}}
- {distill: {}, also: {}}
"""
    (tmp_path / "r.yaml").write_text(text)
    with pytest.raises(RecipeError) as error:
        recipe.load(tmp_path / "r.yaml")
    said = [line.removeprefix(f"{tmp_path}/r.yaml:").split("; one of")[0] for line in error.value.problems]
    assert said == [
        '7:13: compression.0.distill.temprature: unknown key; did you mean "temperature"?',
        "7:30: compression.0.distill.teacher.hidden: missing; it has no default",
        '7:40: compression.0.distill.teacher.hiden: unknown key; did you mean "hidden"?',
        "7:64: compression.0.distill.generate.kind: 'mixin' should be 'mixup', 'within_class' or 'jitter'",
        '8:3: compression.1: no compression step "distil"; did you mean "distill"?',
        "9:13: compression.2.distill.teacher: 'nobody' should be 'ensemble', 'baseline' or 'student'",
        "10:13: compression.3.distill.unlabelled: no file none.npz",
        "10:67: compression.3.distill.teacher.hidden.0.kernel: a window of 9 x 9 does not fit an image of 8 x 8",
        "11:3: compression.4: a step is a single key with its section",
    ]


def test_there_are_no_pixels_to_shift_in_flat_samples() -> None:
    section = distill.Section.model_validate({"shift_pixels": 1.0})
    assert [key for key, _ in distill.problems(section, (10,), None)] == [("shift_pixels",)]
    assert not list(distill.problems(section, (8, 8, 1), None))
