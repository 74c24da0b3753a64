"""The compression benchmark is blind: validation alone decides who is chosen, and no seed serves two choices."""

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from edgeflow import training_stages
from edgeflow.recipe_cost import float_cost, quantized_cost
from edgeflow.stages import Context
from edgeflow.store import Store
from edgeflow.training import Rehearsal, Scores
from edgeflow.training._rehearsal import Validated

FILE = Path(__file__).parents[1] / "benchmarks" / "compression.py"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compression_benchmark", FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def rehearsed(benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Nothing is trained: what validation says is in the hands of the test, by temperature of the recipe's step."""
    wanted: dict[str, Any] = {"student": {1.0: 0.9, 3.0: 0.8}, "measured": []}

    def rehearse(recipe: Any, context: Context) -> Any:
        student = wanted["student"][recipe.compression[0].section.temperature]
        scores = {"student": Validated(student, student), "baseline": Validated(0.5, 0.5)}
        return SimpleNamespace(value=Rehearsal(scores, 5296, 551232, ()))

    def train(recipe: Any, context: Context) -> Any:
        wanted["measured"].append(recipe.seed)
        scores = {role: Scores(1, 1, 0.9 + recipe.seed / 1000, 1, 0.8) for role in ROLES}
        layouts = {"layout": recipe.student.layout((8, 8, 1), 10), "baseline_layout": recipe.baseline.layout((64,), 10)}
        return SimpleNamespace(value=SimpleNamespace(scores=scores, spec=recipe.student, **layouts))

    monkeypatch.setattr(training_stages, "rehearse", rehearse)
    monkeypatch.setattr(training_stages, "train", train)
    monkeypatch.setattr(benchmark, "RESULTS", tmp_path / "compression.json")
    return wanted


ROLES = ("teacher", "baseline", "student", "student_with_distillation", "student_without_distillation")


def test_another_choice_is_measured_with_other_seeds(
    benchmark: ModuleType, rehearsed: dict[str, Any], tmp_path: Path
) -> None:
    context = Context(Store(tmp_path))
    benchmark.measure("digits", 2, context)
    benchmark.measure("digits", 3, context)
    assert rehearsed["measured"] == [11, 12, 11, 12, 13], "the same choice again is the same round"
    rehearsed["student"] = {1.0: 0.8, 3.0: 0.9}
    benchmark.measure("digits", 2, context)
    assert rehearsed["measured"][5:] == [21, 22]
    rounds = json.loads((tmp_path / "compression.json").read_text())["digits"]
    assert [one["chosen"]["student"] for one in rounds] == ["conv_teacher", "soft_teacher"]
    assert rounds[0]["summary"]["accuracy"]["points_lost"] == [0, 0]
    assert [run["seed"] for run in rounds[0]["runs"]] == [11, 12, 13]
    assert len(rounds[0]["candidates"]) == 3 and rounds[0]["selection_seeds"] == list(benchmark.SELECTION_SEEDS)


def test_a_student_that_is_too_large_is_not_chosen(benchmark: ModuleType) -> None:
    small = benchmark.Candidate("small", student=80.0, baseline=90.0, weight_bits=10, baseline_weight_bits=1000)
    large = replace(small, name="large", student=85.0, weight_bits=11)
    other = replace(large, name="other", student=70.0, baseline=95.0, baseline_weight_bits=1050)
    assert benchmark.choose([small, large]) == benchmark.Choice("small", "small")
    assert benchmark.choose([small, large, other]) == benchmark.Choice("small", "other")
    bigger = replace(other, baseline_weight_bits=1100)
    assert benchmark.choose([small, large, bigger]) == benchmark.Choice("large", "other"), "against that baseline"


def test_accuracy_and_the_mean_over_classes_count_alike(benchmark: ModuleType) -> None:
    scores = {"student": Validated(0.9, 0.5), "baseline": Validated(0.8, 0.4)}
    more = {"student": Validated(0.9, 0.7), "baseline": Validated(0.8, 0.4)}
    found = benchmark.judged("one", [Rehearsal(scores, 1, 100, ()), Rehearsal(more, 1, 100, ())])
    assert (found.student, found.baseline) == (75.0, 60.0)


def test_every_candidate_is_a_recipe_of_its_data_set(benchmark: ModuleType) -> None:
    from edgeflow import catalog

    folders = [path.name for path in (FILE.parent / "compression").iterdir()]
    assert {"digits", "magic", "mitbih"} <= set(folders)
    for name in [*folders, *benchmark.SHIPPED]:
        recipes = benchmark.candidates_of(name)
        assert len({one.dataset for one in recipes.values()}) == 1 and len(recipes) > (name not in benchmark.SHIPPED)
        for one in recipes.values():
            data = catalog.load("datasets", one.dataset)
            bits = quantized_cost(one.student.layout(data.SHAPE, data.CLASSES), one.student).weight_bits
            assert 100 * bits <= float_cost(one.baseline.layout(data.SHAPE, data.CLASSES)).weight_bits
