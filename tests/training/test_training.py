"""Training: deterministic, honest about its splits, and its result survives its files."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeflow import catalog, training
from edgeflow.recipe import Recipe
from edgeflow.recipe_layout import widths
from edgeflow.training import TrainedModel

pytestmark = pytest.mark.train

SMALL = {
    "name": "small",
    "dataset": "digits",
    "teacher": {"hidden": [32], "members": 2, "training": {"epochs": 15}},
    "baseline": {"hidden": [32], "training": {"epochs": 15}},
    "student": {"hidden": [{"units": 12, "weight_bits": 3}]},
    "compression": [{"distill": {"temperature": 2.0, "shift_pixels": 0.25}}],
    "training": {"epochs": 15, "learning_rate": 0.01},
}


def train(**changes: object) -> tuple[TrainedModel, list[str]]:
    from edgeflow.training.qkeras import train

    lines: list[str] = []
    return train(Recipe.model_validate(SMALL | changes), lines.append), lines


@pytest.fixture(scope="module")
def trained() -> tuple[TrainedModel, list[str]]:
    return train()


def weights(model: TrainedModel) -> list[np.ndarray]:
    return [array for layer in model.baseline.values() for array in layer] + [*model.student.values()]


def test_the_same_recipe_gives_the_same_weights(trained: tuple[TrainedModel, list[str]]) -> None:
    again, _ = train(name="other", hardware={"clock_mhz": 50})
    assert again.recipe_digest == trained[0].recipe_digest
    assert again.scores == trained[0].scores
    assert all((a == b).all() for a, b in zip(weights(again), weights(trained[0]), strict=True))


def test_another_seed_gives_other_weights(trained: tuple[TrainedModel, list[str]]) -> None:
    other, _ = train(seed=2)
    assert other.recipe_digest != trained[0].recipe_digest
    assert (other.student["dense_0/kernel"] != trained[0].student["dense_0/kernel"]).any()


def test_it_learns_and_keeps_the_better_student(trained: tuple[TrainedModel, list[str]]) -> None:
    scores = trained[0].scores
    assert set(scores) == {
        "teacher",
        "baseline",
        "student",
        "student_with_distillation",
        "student_without_distillation",
    }
    assert scores["teacher"].validation > 0.9 and scores["student"].validation > 0.8
    pair = scores["student_with_distillation"].validation, scores["student_without_distillation"].validation
    assert scores["student"].validation == max(pair)
    assert trained[0].distilled == (pair[0] >= pair[1])


def test_student_weights_lie_on_their_grids(trained: tuple[TrainedModel, list[str]]) -> None:
    for name, bits in widths(trained[0].layout, trained[0].spec.input_bits).items():
        for part, width in (("kernel", bits.weight), ("bias", bits.bias)):
            steps = trained[0].student[f"{name}/{part}"] * 2 ** (width - 1)
            assert (
                (steps == np.round(steps)).all()
                and -(2 ** (width - 1)) <= steps.min()
                and steps.max() < 2 ** (width - 1)
            )


def test_scores_are_those_of_the_stored_weights(trained: tuple[TrainedModel, list[str]], tmp_path: Path) -> None:
    from edgeflow.training.qkeras import predict

    trained[0].save(tmp_path)
    loaded = training.load(tmp_path)
    assert all((a == b).all() for a, b in zip(weights(loaded), weights(trained[0]), strict=True))
    assert loaded.scores == trained[0].scores and loaded.spec == trained[0].spec
    data = catalog.load("datasets", "digits").load()
    logits = predict(loaded, data.x_test)
    per_class = [(logits.argmax(axis=1) == label)[data.y_test == label].mean() for label in range(10)]
    assert loaded.scores["student"].test_balanced == pytest.approx(np.mean(per_class), abs=1e-12)
    assert logits.dtype == np.float64 and (logits * 1024 == np.round(logits * 1024)).all(), "dyadic, so exact"
    assert float((logits.argmax(axis=1) == data.y_test).mean()) == loaded.scores["student"].test


def test_the_test_split_is_read_after_every_choice(
    trained: tuple[TrainedModel, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shuffled test labels change the test scores and nothing else."""
    module = catalog.load("datasets", "digits")
    data = module.load()
    honest, _ = trained
    monkeypatch.setattr(module, "load", lambda: replace(data, y_test=np.roll(data.y_test, 1)))
    blind, _ = train()
    assert all((a == b).all() for a, b in zip(weights(honest), weights(blind), strict=True))
    assert blind.scores["student"].test < 0.5 < honest.scores["student"].test
    assert blind.scores["student"].validation == honest.scores["student"].validation


def test_progress_names_model_epoch_and_accuracy(trained: tuple[TrainedModel, list[str]]) -> None:
    lines = "\n".join(trained[1])
    for said in ("teacher 2 of 2: epoch 15/15", "baseline 1 of 1", "student without distillation", "validation"):
        assert said in lines


def test_loading_imports_no_framework(trained: tuple[TrainedModel, list[str]], tmp_path: Path) -> None:
    trained[0].save(tmp_path)
    code = (
        "import sys, pathlib, json; from edgeflow import training; training.load(pathlib.Path(sys.argv[1]));"
        "print(json.dumps(sorted({'tensorflow', 'qkeras', 'hls4ml'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


LAYERED = {
    "teacher": {
        "hidden": [{"filters": 8, "kernel": 3}, {"pool": "max", "size": 2}],
        "training": {"epochs": 12, "learning_rate": 0.01},
    },
    "baseline": {"hidden": [{"filters": 2, "kernel": 3}, {"global_pool": "average"}], "training": {"epochs": 1}},
    "student": {
        "hidden": [
            {"filters": 6, "kernel": 3},
            {"residual": [{"depthwise": 3, "padding": "same"}, {"filters": 6, "kernel": 1}]},
            {"pool": "average", "size": 2},
        ]
    },
    "training": {"epochs": 6, "learning_rate": 0.01},
}


def test_a_layered_student_learns_on_its_grids_and_survives_its_files(tmp_path: Path) -> None:
    from edgeflow.training.qkeras import predict

    trained, _ = train(**LAYERED)
    again, _ = train(**LAYERED)
    assert all((a == b).all() for a, b in zip(weights(again), weights(trained), strict=True)), "deterministic"
    assert trained.scores["teacher"].validation > 0.9 and trained.scores["student"].validation > 0.8
    layers = [key.split("/")[0] for key in trained.student if key.endswith("/kernel")]
    assert layers == ["conv_0", "depthwise_0", "conv_1", "dense_0"]
    test_student_weights_lie_on_their_grids((trained, []))
    trained.save(tmp_path)
    data = catalog.load("datasets", "digits").load()
    logits = predict(training.load(tmp_path), data.x_test)
    assert float((logits.argmax(axis=1) == data.y_test).mean()) == trained.scores["student"].test


ISA, MATH = "--xla_cpu_max_isa=AVX2", "--xla_cpu_enable_platform_dependent_math=false"
OTHER = "--xla_cpu_enable_fast_math=false"
PINNED = {"XLA_FLAGS": f"{ISA} {MATH}", "ONEDNN_MAX_CPU_ISA": "AVX2", "TF_ENABLE_ONEDNN_OPTS": "0"}


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ({}, {}),
        ({"XLA_FLAGS": OTHER}, {"XLA_FLAGS": f"{OTHER} {ISA} {MATH}"}),
        ({"XLA_FLAGS": "--xla_cpu_max_isa=AVX"}, {"XLA_FLAGS": f"--xla_cpu_max_isa=AVX {MATH}"}),
        ({"ONEDNN_MAX_CPU_ISA": "ALL", "TF_ENABLE_ONEDNN_OPTS": "1"},) * 2,
    ],
)
def test_every_cpu_is_told_the_same_arithmetic(told: dict[str, str], read: dict[str, str]) -> None:
    """Unless the user says another. XLA ends the process at a flag that it does not know; here it compiles."""
    code = (
        "import os, json; from edgeflow.training._keras import tf;"
        "tf.function(lambda x: x @ x, jit_compile=True)(tf.ones((2, 2)));"
        f"print(json.dumps({{name: os.environ[name] for name in {[*PINNED]}}}))"
    )
    own = {name: value for name, value in os.environ.items() if name not in PINNED}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=own | told)
    assert json.loads(done.stdout) == PINNED | read


def test_inference_in_parts_is_inference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by cutting the samples, the last part shorter."""
    from edgeflow.training import _build, _keras

    student = Recipe.model_validate(SMALL | LAYERED).student
    model = _keras.initialize(_build.student_model(student, (8, 8, 1), 10), 1)
    x = np.random.default_rng(1).integers(0, 16, (50, 64)).astype(np.float32) / 16
    whole = _keras.logits_of(model, x)
    monkeypatch.setattr(_keras, "CHUNK_VALUES", 6 * 6 * 6 * 7)
    assert _keras.chunk_rows(model) == 7
    np.testing.assert_array_equal(_keras.logits_of(model, x), whole)


def test_balanced_accuracy_counts_every_class_alike() -> None:
    from edgeflow.training._fit import accuracy, balanced_accuracy

    y = np.array([0, 0, 0, 0, 0, 0, 2, 2])
    always_0 = np.eye(3, dtype=np.float32)[np.zeros(8, int)]
    assert (accuracy(always_0, y), balanced_accuracy(always_0, y)) == (0.75, 0.5)
