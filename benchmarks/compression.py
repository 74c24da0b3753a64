"""What compression keeps: students of a hundredth of a float MLP's weight bits, over seeds, with and without teachers.

    python benchmarks/compression.py [--seeds 5] [NAME ...]

Recipes are benchmarks/compression/*.yaml; all but digits need EDGEFLOW_DATA. benchmarks/results/compression.json gets,
per seed the test accuracies and weight bits, per recipe means with Student's 95 % intervals; differences are paired.
Finished seeds are in the store, so a run that was stopped goes on.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from edgeflow import pipeline, recipe
from edgeflow.ablate import within
from edgeflow.pipeline import Context
from edgeflow.recipe import Recipe
from edgeflow.recipe_cost import float_cost, quantized_cost
from edgeflow.store import Store

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "compression.json"
PACKAGES = ("tensorflow", "qkeras")


@dataclass(frozen=True)
class Run:
    seed: int
    teacher: float
    baseline: float
    student: float  # as the validation split chose it
    distilled: float
    plain: float
    weight_bits: int
    baseline_weight_bits: int


def run(wanted: Recipe, seed: int, context: Context) -> Run:
    trained = pipeline.train(wanted.model_copy(update={"seed": seed}), context).value
    test = {name: 100 * score.test for name, score in trained.scores.items()}
    return Run(
        seed,
        test["teacher"],
        test["baseline"],
        test["student"],
        test["student_with_distillation"],
        test["student_without_distillation"],
        quantized_cost(trained.layout, trained.spec).weight_bits,
        float_cost(trained.baseline_layout).weight_bits,
    )


def summary(runs: list[Run]) -> dict[str, object]:
    """Points lost against the float baseline, and gained by distillation at equal bits: means +- half an interval."""

    def over(values: list[float]) -> list[float]:
        return [round(float(np.mean(values)), 3), round(within(np.array(values)), 3)]

    return {
        "ratio": round(runs[0].baseline_weight_bits / runs[0].weight_bits, 1),
        "baseline": over([one.baseline for one in runs]),
        "student": over([one.student for one in runs]),
        "points_lost": over([one.baseline - one.student for one in runs]),
        "points_by_distillation": over([one.distilled - one.plain for one in runs]),
    }


def main() -> None:
    names = sorted(path.stem for path in (HERE / "compression").glob("*.yaml"))
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*", choices=[[], *names], default=names, metavar="NAME")
    arguments.add_argument("--seeds", type=int, default=5)
    asked = arguments.parse_args()
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in asked.names:
        wanted, context = recipe.load(HERE / "compression" / f"{name}.yaml"), Context(Store.default())
        runs = []
        for seed in range(1, asked.seeds + 1):
            runs.append(run(wanted, seed, context))
            print(name, runs[-1], flush=True)
        versions = {package: version(package) for package in PACKAGES}
        kept[name] = {"summary": summary(runs), "runs": [asdict(one) for one in runs], "tools": versions}
        print(name, json.dumps(kept[name]["summary"]), flush=True)
        RESULTS.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main()
