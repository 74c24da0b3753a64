"""What each part of a compression recipe buys: the recipe with one part left out, seed by seed, against the whole.

Variants of one seed share everything else, their teachers too, so they are compared in pairs.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from edgeflow import pipeline, training_stages
from edgeflow.errors import InputError
from edgeflow.recipe import Recipe, Student
from edgeflow.recipe_cost import quantized_cost
from edgeflow.stages import Context

WHOLE = "whole"
CONFIDENCE = 0.95
HEADINGS = ("Variant", "Test accuracy, %", "Points", "p, paired", "Weight bits", "Bit operations", "LUTs, routed")
NOTICE = "Means over seeds, +- half the 95 % interval; points and p against the whole recipe, in pairs of one seed."


@dataclass(frozen=True)
class Outcome:
    """One variant with one seed; accuracies of the student on the test split."""

    variant: str
    seed: int
    accuracy: float
    weight_bits: int
    bit_operations: int
    luts: int | None = None  # routed, where asked


@dataclass(frozen=True)
class Row:
    """One variant over all seeds. Intervals are Student's, of the mean, two-sided."""

    variant: str
    accuracy: float
    accuracy_within: float  # half the interval's width
    points: float  # against the whole recipe, mean over pairs
    points_within: float
    p_value: float | None  # of a paired t test against the whole recipe; None where every pair is equal
    weight_bits: float
    bit_operations: float
    luts: float | None

    def cells(self) -> tuple[str, ...]:
        """As ``HEADINGS`` names them."""
        return (
            self.variant,
            f"{100 * self.accuracy:.2f} +- {100 * self.accuracy_within:.2f}",
            "" if self.variant == WHOLE else f"{self.points:+.2f} +- {self.points_within:.2f}",
            "" if self.p_value is None else f"{self.p_value:.3f}",
            f"{self.weight_bits:,.0f}",
            f"{self.bit_operations:,.0f}",
            "" if self.luts is None else f"{self.luts:,.0f}",
        )


def variants(recipe: Recipe) -> dict[str, Recipe]:
    """The whole recipe, then each step left out in turn."""
    steps = recipe.compression
    if not steps:
        raise InputError(f"{recipe.name}: no compression step to leave out; give compression: at least one")
    left_out = {
        f"without {_label(recipe, index)}": recipe.model_copy(
            update={"compression": [*steps[:index], *steps[index + 1 :]]}
        )
        for index in range(len(steps))
    }
    return {WHOLE: recipe} | left_out


def of_same_bits(recipe: Recipe, student: Student) -> dict[str, Recipe]:
    """The student that the whole recipe ended with, trained afresh with and without its teachers: equal bits."""
    lessons = [step for step in recipe.compression if step.name == "distill"]
    if not lessons:
        return {}
    same = recipe.model_copy(update={"student": student})
    return {
        "final student, distilled": same.model_copy(update={"compression": lessons}),
        "final student, not distilled": same.model_copy(update={"compression": []}),
    }


def run(recipe: Recipe, seeds: Sequence[int], routed: bool, context: Context) -> list[Outcome]:
    """Every variant with every seed; what is stored is not trained again."""
    if len(seeds) < 2:
        raise InputError(f"--seeds: {len(seeds)} gives no interval; ask for at least 2")
    found = []
    for seed in seeds:
        seeded = recipe.model_copy(update={"seed": seed})
        whole = training_stages.train(seeded, context).value
        todo = variants(seeded)
        if whole.spec != recipe.student:  # else they are the whole recipe and the one without its lesson
            todo |= of_same_bits(seeded, whole.spec)
        found += [_outcome(name, one, routed, context) for name, one in todo.items()]
    return found


def _outcome(name: str, recipe: Recipe, routed: bool, context: Context) -> Outcome:
    context.progress(f"{name}, seed {recipe.seed}")
    trained = training_stages.train(recipe, context)
    cost = quantized_cost(trained.value.layout, trained.value.spec)
    luts = _routed_luts(recipe, trained, context) if routed else None
    accuracy = trained.value.scores["student"].test
    return Outcome(name, recipe.seed, accuracy, cost.weight_bits, cost.bit_operations, luts)


def _routed_luts(recipe: Recipe, trained: Any, context: Context) -> int:
    firmware = pipeline.convert(recipe, trained, context)
    design = pipeline.generate(recipe, trained, pipeline.lower(recipe, trained, firmware).network)
    return pipeline.implement(recipe.name, recipe.hardware, design, context).value.board.luts


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """Means over seeds, in the order of the variants' first appearance."""
    names = list(dict.fromkeys(outcome.variant for outcome in outcomes))
    whole = {outcome.seed: outcome.accuracy for outcome in outcomes if outcome.variant == WHOLE}
    return [_row([outcome for outcome in outcomes if outcome.variant == name], whole) for name in names]


def _row(found: Sequence[Outcome], whole: dict[int, float]) -> Row:
    accuracy = np.array([outcome.accuracy for outcome in found])
    points = 100 * np.array([outcome.accuracy - whole[outcome.seed] for outcome in found])
    luts = [outcome.luts for outcome in found if outcome.luts is not None]
    return Row(
        found[0].variant,
        float(accuracy.mean()),
        within(accuracy),
        float(points.mean()),
        within(points),
        float(stats.ttest_1samp(points, 0.0).pvalue) if points.std() > 0 else None,
        float(np.mean([outcome.weight_bits for outcome in found])),
        float(np.mean([outcome.bit_operations for outcome in found])),
        float(np.mean(luts)) if luts else None,
    )


def within(values: "np.ndarray[Any, np.dtype[np.float64]]") -> float:
    """Half the width of the mean's interval."""
    quantile = stats.t.ppf(0.5 + CONFIDENCE / 2, len(values) - 1)
    return float(quantile * values.std(ddof=1) / np.sqrt(len(values)))


def _label(recipe: Recipe, index: int) -> str:
    """The step's name, with its place where two steps have one name."""
    names = [step.name for step in recipe.compression]
    return names[index] if names.count(names[index]) == 1 else f"{names[index]} (step {index + 1})"


def save(outcomes: Sequence[Outcome], folder: Path) -> dict[str, Path]:
    """``ablation.json`` with every outcome and the rows, ``ablation.csv`` with the rows."""
    folder.mkdir(parents=True, exist_ok=True)
    found = rows(outcomes)
    numbers, table = folder / "ablation.json", folder / "ablation.csv"
    plain = {"outcomes": [asdict(one) for one in outcomes], "rows": [asdict(row) for row in found]}
    numbers.write_text(json.dumps(plain, indent=2) + "\n")
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(found[0])))
        writer.writeheader()
        writer.writerows(asdict(row) for row in found)
    return {"numbers": numbers, "table": table}
