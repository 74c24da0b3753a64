"""What a hundredth of a float MLP's weight bits keeps, with and without teachers: chosen blind, then measured.

    python benchmarks/compression.py [--seeds 5] [NAME ...]

Candidates of a data set are the recipes in benchmarks/compression/NAME/; all but digits need EDGEFLOW_DATA. Each is
rehearsed with the selection seeds, which has no test split. Chosen are, each by its own mean on the validation split of
accuracy and balanced accuracy: the baseline of one candidate, and the student of one that has at most a hundredth of
that baseline's bits. This recipe is measured on the test split, with seeds that no other recipe of this data set was
measured with: that is a round. Other candidates that lead to another choice make another round, with other seeds.

benchmarks/results/compression.json gets every round: the candidates' scores, the choice, each seed's test scores, means
with Student's 95 % intervals; differences are paired. Finished trainings are in the store, so a stopped run goes on.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow import recipe, training_stages
from edgeflow.ablate import within
from edgeflow.recipe import Recipe
from edgeflow.recipe_cost import float_cost, quantized_cost
from edgeflow.stages import Context
from edgeflow.store import Store, code_digest, digest
from edgeflow.training import Rehearsal

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "compression.json"
PACKAGES = ("tensorflow", "qkeras")
RATIO = 100  # a student has at most this part of its baseline's weight bits
SELECTION_SEEDS = (101, 102)
SEEDS_A_ROUND = 10  # round 1 measures with seeds 11, 12, ..., round 2 with 21, 22, ...


@dataclass(frozen=True)
class Candidate:
    """Validation scores in percent: the mean of accuracy and balanced accuracy, over the selection seeds."""

    name: str
    student: float
    baseline: float
    weight_bits: int
    baseline_weight_bits: int


@dataclass(frozen=True)
class Choice:
    student: str  # the candidate that each comes from
    baseline: str


@dataclass(frozen=True)
class Run:
    """One seed's scores on the test split, percent, by role."""

    seed: int
    accuracy: dict[str, float]
    balanced: dict[str, float]
    weight_bits: int
    baseline_weight_bits: int


def judged(name: str, rehearsals: Sequence[Rehearsal]) -> Candidate:
    def mean(role: str) -> float:
        scores = [one.scores[role] for one in rehearsals]
        return round(float(np.mean([50 * (score.accuracy + score.balanced) for score in scores])), 3)

    first = rehearsals[0]
    return Candidate(name, mean("student"), mean("baseline"), first.weight_bits, first.baseline_weight_bits)


def choose(candidates: Sequence[Candidate]) -> Choice:
    """The first of equals. Raises ValueError if no student is small enough."""
    baseline = max(candidates, key=lambda one: one.baseline)
    small = [one for one in candidates if one.weight_bits * RATIO <= baseline.baseline_weight_bits]
    return Choice(max(small, key=lambda one: one.student).name, baseline.name)


def select(recipes: Mapping[str, Recipe], context: Context) -> tuple[Choice, list[Candidate]]:
    """A single candidate is no choice, and is not rehearsed."""
    if len(recipes) == 1:
        (name,) = recipes
        return Choice(name, name), []
    candidates = [
        judged(name, [training_stages.rehearse(seeded(one, seed), context).value for seed in SELECTION_SEEDS])
        for name, one in recipes.items()
    ]
    return choose(candidates), candidates


def seeded(wanted: Recipe, seed: int) -> Recipe:
    return wanted.model_copy(update={"seed": seed})


def run(wanted: Recipe, seed: int, context: Context) -> Run:
    trained = training_stages.train(seeded(wanted, seed), context).value
    return Run(
        seed,
        {role: 100 * score.test for role, score in trained.scores.items()},
        {role: 100 * score.test_balanced for role, score in trained.scores.items()},
        quantized_cost(trained.layout, trained.spec).weight_bits,
        float_cost(trained.baseline_layout).weight_bits,
    )


def summary(runs: Sequence[Run]) -> dict[str, Any]:
    """Percent, points lost against the float baseline and gained by distillation at equal bits: means +- half an
    interval."""
    return {
        "ratio": round(runs[0].baseline_weight_bits / runs[0].weight_bits, 1),
        "accuracy": _means([one.accuracy for one in runs]),
        "balanced": _means([one.balanced for one in runs]),
    }


def _means(scores: Sequence[dict[str, float]]) -> dict[str, list[float]]:
    def over(values: list[float]) -> list[float]:
        return [round(float(np.mean(values)), 3), round(within(np.array(values)), 3)]

    def between(more: str, less: str) -> list[float]:
        return over([one[more] - one[less] for one in scores])

    return {
        "baseline": over([one["baseline"] for one in scores]),
        "student": over([one["student"] for one in scores]),
        "points_lost": between("baseline", "student"),
        "points_by_distillation": between("student_with_distillation", "student_without_distillation"),
    }


def candidates_of(name: str) -> dict[str, Recipe]:
    files = sorted((HERE / "compression" / name).glob("*.yaml"))
    return {file.stem: recipe.load(file) for file in files or [SHIPPED[name]]}


SHIPPED = {"mnist": HERE.parent / "models" / "mnist_residual" / "recipe.yaml"}


def round_of(wanted: Recipe, rounds: list[dict[str, Any]]) -> int:
    """The round, counted from 1, that measured this recipe; a new one if none did."""
    measured = [one["recipe"] for one in rounds]
    what = recipe_digest(wanted)
    return measured.index(what) + 1 if what in measured else len(rounds) + 1


def recipe_digest(wanted: Recipe) -> str:
    return digest(seeded(wanted, 0).training_slice)


def kept() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    return found


def keep(name: str, number: int, measured: dict[str, Any]) -> None:
    results = kept()
    rounds = results.setdefault(name, [])
    rounds[number - 1 : number] = [measured]
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


def measure(name: str, seeds: int, context: Context) -> None:
    recipes = candidates_of(name)
    choice, candidates = select(recipes, context)
    wanted = recipes[choice.student].model_copy(update={"baseline": recipes[choice.baseline].baseline})
    print(name, choice, *candidates, sep="\n  ", flush=True)
    number = round_of(wanted, kept().get(name, []))
    first = SEEDS_A_ROUND * number + 1
    runs = []
    for seed in range(first, first + seeds):
        runs.append(run(wanted, seed, context))
        print(name, runs[-1], flush=True)
    found = {
        "recipe": recipe_digest(wanted),
        "chosen": asdict(choice),
        "selection_seeds": list(SELECTION_SEEDS) if candidates else [],
        "candidates": [asdict(one) for one in candidates],
        "summary": summary(runs),
        "runs": [asdict(one) for one in runs],
        "tools": {package: version(package) for package in PACKAGES},
        "code": code_digest("training", "datasets"),
    }
    keep(name, number, found)
    print(name, json.dumps(found["summary"]), flush=True)


def main() -> None:
    names = sorted({path.name for path in (HERE / "compression").iterdir()} | set(SHIPPED))
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*", choices=[[], *names], default=names, metavar="NAME")
    arguments.add_argument("--seeds", type=int, default=5, choices=range(2, SEEDS_A_ROUND + 1), metavar="SEEDS")
    asked = arguments.parse_args()
    for name in asked.names:
        measure(name, asked.seeds, Context(Store.default()))


if __name__ == "__main__":
    main()
