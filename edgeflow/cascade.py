"""A cascade: a tiny student answers where it is sure, a larger one the rest; what the two together cost and know.

The gate is the margin between the tiny student's two highest logits: integers in hardware, compared with a constant.
Its threshold is chosen on the validation split; the test split is read once, with that threshold.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgeflow import catalog, pipeline, training_stages
from edgeflow.errors import InputError
from edgeflow.recipe import Recipe
from edgeflow.recipe_cost import Cost, quantized_cost
from edgeflow.stages import Context

Logits = NDArray[np.floating]
Classes = NDArray[np.integer]
HEADINGS = ("What", "Tiny", "Larger", "Cascade")


@dataclass(frozen=True, eq=False)
class Student:
    """Logits (samples, classes) and what one inference costs."""

    validation: Logits
    test: Logits
    cost: Cost


@dataclass(frozen=True)
class Cascade:
    """Accuracies and shares are measured on the test split, costs counted."""

    threshold: float  # a margin below it goes to the larger student
    passed_on: float  # the share of the test split that does
    accuracy: dict[str, float]  # tiny, larger, cascade
    validation_accuracy: dict[str, float]
    bit_operations: dict[str, float]  # a frame, in the mean
    macs: dict[str, float]
    weight_bits: dict[str, int]  # both students lie side by side

    def rows(self) -> list[tuple[str, ...]]:
        """As ``HEADINGS`` names them."""
        shown = [
            ("Test accuracy", [f"{100 * value:.2f} %" for value in self.accuracy.values()]),
            ("Bit operations a frame, mean", [f"{value:,.0f}" for value in self.bit_operations.values()]),
            ("Multiplications a frame, mean", [f"{value:,.0f}" for value in self.macs.values()]),
            ("Weight bits", [f"{value:,}" for value in self.weight_bits.values()]),
        ]
        return [(what, *values) for what, values in shown]

    def save(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")
        return path


def run(tiny: Recipe, larger: Recipe, max_points_lost: float, context: Context) -> Cascade:
    """Train both students (what is stored is not trained again) and join them.

    Raises InputError for students of different data sets, or a larger one that costs less.
    """
    if tiny.dataset != larger.dataset:
        raise InputError(
            f"cascade: {tiny.name} is for {tiny.dataset}, {larger.name} for {larger.dataset}; one data set"
        )
    data = pipeline.dataset(tiny)
    first, second = (_student(recipe, data.x_validation, data.x_test, context) for recipe in (tiny, larger))
    if first.cost.bit_operations >= second.cost.bit_operations:
        raise InputError(f"cascade: {tiny.name} costs as much as {larger.name}; give the smaller student first")
    return join(first, second, data.y_validation, data.y_test, max_points_lost)


def _student(recipe: Recipe, x_validation: Logits, x_test: Logits, context: Context) -> Student:
    context.progress(f"train {recipe.name}")
    trained = training_stages.train(recipe, context).value
    framework = catalog.load("training", recipe.student.framework)
    logits = (framework.predict(trained, x) for x in (x_validation, x_test))
    return Student(next(logits), next(logits), quantized_cost(trained.layout, trained.spec))


def join(tiny: Student, larger: Student, y_validation: Classes, y_test: Classes, max_points_lost: float) -> Cascade:
    """The cascade that passes on the fewest validation samples and loses no more points than told there."""
    threshold = _threshold(tiny.validation, larger.validation, y_validation, max_points_lost / 100)
    passed_on = float((margin(tiny.test) < threshold).mean())

    def accuracies(first: Logits, second: Logits, y: Classes) -> dict[str, float]:
        predicted = {
            "tiny": first.argmax(axis=1),
            "larger": second.argmax(axis=1),
            "cascade": answers(first, second, threshold),
        }
        return {name: float((classes == y).mean()) for name, classes in predicted.items()}

    def mixed(a: int, b: int) -> dict[str, float]:
        return {"tiny": a, "larger": b, "cascade": a + passed_on * b}

    return Cascade(
        threshold,
        passed_on,
        accuracies(tiny.test, larger.test, y_test),
        accuracies(tiny.validation, larger.validation, y_validation),
        mixed(tiny.cost.bit_operations, larger.cost.bit_operations),
        mixed(tiny.cost.macs, larger.cost.macs),
        {
            "tiny": tiny.cost.weight_bits,
            "larger": larger.cost.weight_bits,
            "cascade": tiny.cost.weight_bits + larger.cost.weight_bits,
        },
    )


def margin(logits: Logits) -> Logits:
    """Between the two highest logits of each sample."""
    highest = np.partition(logits, -2, axis=1)
    return np.asarray(highest[:, -1] - highest[:, -2])


def answers(tiny: Logits, larger: Logits, threshold: float) -> Classes:
    """The cascade's classes."""
    classes: Classes = np.where(margin(tiny) < threshold, larger.argmax(axis=1), tiny.argmax(axis=1))
    return classes


def _threshold(tiny: Logits, larger: Logits, y: Classes, lost: float) -> float:
    """The least of all margins, and of what lies above them, at which accuracy is within ``lost`` of the larger's."""
    wanted = float((larger.argmax(axis=1) == y).mean()) - lost
    margins = np.unique(margin(tiny))
    for threshold in [*margins, margins[-1] + 1]:
        if (answers(tiny, larger, threshold) == y).mean() >= wanted:
            return float(threshold)
    raise AssertionError("above all margins everything is passed on: the larger student's own accuracy")
