"""A whole course with several steps: each starts from what the one before left, and each choice is on validation."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeflow import catalog, training, training_stages
from edgeflow.recipe import Recipe
from edgeflow.recipe_steps import KIND
from edgeflow.stages import Context
from edgeflow.store import Store
from edgeflow.training import Rehearsal, TrainedModel

pytestmark = pytest.mark.train

FAST = {"epochs": 3, "learning_rate": 0.01}
RECIPE: dict[str, Any] = {
    "name": "small",
    "dataset": "digits",
    "teacher": {"hidden": [16], "training": FAST},
    "baseline": {"hidden": [16], "training": FAST},
    "student": {"framework": "brevitas", "hidden": [{"units": 12, "weight_bits": 4}]},
    "compression": [
        {"distill": {"max_points_lost": 100.0}},
        {"quantize": {"weight_bits": 1, "max_points_lost": 0.0}},
        {"widen": {"layers": {"dense_0": 20}}},
        {"prune": {"sparsity": 0.4, "what": "channels", "schedule": "rounds"}},
        {"prune": {"sparsity": 0.5}},
        {"narrow": {}},
    ],
    "training": FAST,
}


def train(**changes: Any) -> TrainedModel:
    wanted = Recipe.model_validate(RECIPE | changes)
    made: TrainedModel = catalog.load("training", "brevitas").train(wanted, lambda line: None)
    return made


def rehearse() -> Rehearsal:
    made: Rehearsal = catalog.load("training", "brevitas").rehearse(Recipe.model_validate(RECIPE), lambda line: None)
    return made


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return train()


def test_each_step_starts_from_what_the_one_before_left(trained: TrainedModel) -> None:
    records = trained.compression
    assert [record.step for record in records] == ["distill", "quantize", "widen", "prune", "prune", "narrow"]
    assert [record.kept for record in records] == [True, False, True, True, True, True]
    for before, after in zip(records[:-1], records[1:], strict=True):
        left = "after" if before.kept else "before"
        for what in ("validation", "weight_bits", "nonzero_weights"):
            assert getattr(after, f"{what}_before") == getattr(before, f"{what}_{left}")
    assert records[2].found["untrained"] == records[2].validation_before, "widened, it computes the same"
    assert records[1].validation_after < records[1].validation_before, "why one bit was undone"
    assert trained.distilled and records[0].weight_bits_before == 4 * (64 * 12 + 12 * 10) + 6 * 22


def test_the_student_is_what_the_last_kept_step_made(trained: TrainedModel) -> None:
    last = trained.compression[-1]
    assert trained.scores["student"].validation == last.validation_after
    assert trained.spec.hidden[0].units <= 12 and trained.spec.hidden[0].weight_bits == 4
    assert trained.scores["student_with_distillation"].validation == trained.compression[0].validation_after
    assert trained.scores["student_without_distillation"].validation == trained.compression[0].validation_before
    assert trained.student["dense_0.weight"].shape == (trained.spec.hidden[0].units, 64)


def test_a_compressed_student_survives_its_files(trained: TrainedModel, tmp_path: Path) -> None:
    trained.save(tmp_path)
    loaded = training.load(tmp_path)
    assert loaded.compression == trained.compression and loaded.spec == trained.spec
    x = catalog.load("datasets", "digits").load().x_test
    predict = catalog.load("training", "brevitas").predict
    assert (predict(loaded, x) == predict(trained, x)).all()


def test_no_step_reads_the_test_split(trained: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    module = catalog.load("datasets", "digits")
    data = module.load()
    monkeypatch.setattr(module, "load", lambda: replace(data, y_test=np.roll(data.y_test, 1)))
    blind = train()
    assert blind.compression == trained.compression
    assert blind.scores["student"].test != trained.scores["student"].test


def test_a_student_of_learned_widths_is_lowered_like_any_other() -> None:
    budget = 2600
    learned = {"learned": {"budget": budget, "training": {"epochs": 4, "learning_rate": 0.03}}, "training": FAST}
    trained = train(compression=[{"quantize": learned}])
    (record,) = trained.compression
    assert record.weight_bits_after <= budget < record.weight_bits_before
    assert record.found["widths"] == {
        "dense_0": trained.spec.hidden[0].weight_bits,
        "dense_1": trained.spec.output.weight_bits,
    }
    lowered = catalog.load("frontends", "brevitas").lower(trained, "learned")
    x = catalog.load("datasets", "digits").load().x_test
    y = lowered.exit.dequantize(lowered.network.run(lowered.entry.quantize(x)))
    assert (y == catalog.load("training", "brevitas").predict(trained, x)).all()


class Untouchable:
    """A split that nobody may read; to throw it away is all one can do with it."""

    def __getitem__(self, index: Any) -> np.ndarray:
        assert index == slice(0), "read the test split"
        return np.zeros((0, 64), np.float32)

    def __len__(self) -> int:
        raise AssertionError("read the test split")


@pytest.fixture
def no_test_split(monkeypatch: pytest.MonkeyPatch) -> None:
    module = catalog.load("datasets", "digits")
    data = replace(module.load(), x_test=Untouchable(), y_test=Untouchable())
    monkeypatch.setattr(module, "load", lambda: data)


def test_a_rehearsal_is_the_course_without_its_end(trained: TrainedModel, no_test_split: None) -> None:
    rehearsal = rehearse()
    assert rehearsal.compression == trained.compression
    assert rehearsal.weight_bits == trained.compression[-1].weight_bits_after
    assert rehearsal.baseline_weight_bits == 32 * (64 * 16 + 16 + 16 * 10 + 10)
    found = {name: (score.accuracy, score.balanced) for name, score in rehearsal.scores.items()}
    assert found == {name: (score.validation, score.validation_balanced) for name, score in trained.scores.items()}


def test_training_is_no_rehearsal(no_test_split: None) -> None:
    with pytest.raises(AssertionError, match="read the test split"):
        train()


def test_a_rehearsal_has_the_float_networks_of_the_run(no_test_split: None, tmp_path: Path) -> None:
    lines: list[str] = []
    context = Context(Store(tmp_path), lines.append)
    recipe = Recipe.model_validate(RECIPE)
    training_stages.train_floats(recipe, context)
    lines.clear()
    made = training_stages.rehearse(recipe, context).value
    assert made.scores == rehearse().scores == training_stages.rehearse(recipe, context).value.scores
    assert not [line for line in lines if line.startswith(("teacher", "baseline"))]


@pytest.mark.parametrize("name", catalog.names(KIND))
def test_every_step_says_what_it_is_and_can_be_told_a_limit(name: str) -> None:
    module = catalog.load(KIND, name)
    assert module.__doc__ and callable(module.run)
    assert "max_points_lost" in module.Section.model_fields
