"""A whole course with several steps: each starts from what the one before left, and each choice is on validation."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeflow import catalog, training
from edgeflow.recipe import Recipe
from edgeflow.recipe_steps import KIND
from edgeflow.training import TrainedModel

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


def train() -> TrainedModel:
    made: TrainedModel = catalog.load("training", "brevitas").train(Recipe.model_validate(RECIPE), lambda line: None)
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


@pytest.mark.parametrize("name", catalog.names(KIND))
def test_every_step_says_what_it_is_and_can_be_told_a_limit(name: str) -> None:
    module = catalog.load(KIND, name)
    assert module.__doc__ and callable(module.run)
    assert "max_points_lost" in module.Section.model_fields
