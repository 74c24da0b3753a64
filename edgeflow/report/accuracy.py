"""The accuracy of a report: the ladder from teacher to netlist, what was taken for what, accuracy against size."""

from typing import Any

from edgeflow.report import charts, plots
from edgeflow.report.page import Figure, Section, Table
from edgeflow.report.svg import Picture

RUNGS = {
    "teacher": ("Teacher", "measured"),
    "baseline": ("Float baseline", "measured"),
    "student_without_distillation": ("Not distilled", "measured"),
    "student_with_distillation": ("Distilled", "measured"),
    "student": ("Student, built", "measured"),
    "firmware": ("Student in csim", "simulated"),
    "network": ("Student, integers", "simulated"),
    "rtl": ("Student in RTL", "simulated"),
    "netlist": ("Student, netlist", "simulated"),
}
MISTAKES = 10  # of the confusion, the most frequent ones are named

Content = dict[str, Any]


def ladder(report: Content) -> Section | None:
    if "accuracy" not in report:
        return None
    accuracy, validation = report["accuracy"], report["validation_accuracy"]
    balanced = report.get("balanced_accuracy", {})  # an older report has none
    there = [key for key in RUNGS if key in accuracy]
    table = Table(
        ("Rung", "Kind", "Test", "Test, balanced", "Validation"),
        [(*RUNGS[key], *map(_percent, (accuracy[key], balanced.get(key), validation.get(key)))) for key in there],
        words=2,
    )
    rungs = [(RUNGS[key][0], 100 * accuracy[key], 0.0) for key in there]
    picture = charts.dots("Test accuracy, rung by rung", rungs, "%")
    text = "From teacher to netlist; RTL and netlist are scored on what was simulated of the test split. "
    text += "Balanced is the mean over the classes."
    return Section("Accuracy ladder", text, (table, Figure(picture)))


def confusion(report: Content) -> Section | None:
    counts = report.get("confusion")
    if not counts:
        return None
    wrong = [(n, true, named) for true, row in enumerate(counts) for named, n in enumerate(row) if n and true != named]
    worst = sorted(wrong, key=lambda mistake: (-mistake[0], *mistake[1:]))[:MISTAKES]
    table = Table(("True class", "Taken for", "Samples"), [(str(t), str(c), f"{n:,}") for n, t, c in worst], words=2)
    samples, mistakes = sum(map(sum, counts)), sum(n for n, _, _ in wrong)
    text = f"Of the student's integers on the test split: {mistakes:,} of {samples:,} samples wrong (measured)."
    picture = charts.matrix("Confusion matrix", counts, "named", "true")
    return Section("Confusion matrix", text, (Figure(picture), *((table,) if worst else ())))


def against_size(report: Content) -> Picture:
    accuracy, bits = report["accuracy"], report["weight_bits"]
    points = [
        plots.Point("float baseline", bits["baseline"], 100 * accuracy["baseline"]),
        plots.Point("not distilled", bits["student"], 100 * accuracy["student_without_distillation"]),
        plots.Point("student", bits["student"], 100 * accuracy["student"], chosen=True),
    ]
    return plots.named("Accuracy against size", points, "weight bits, counted", "test accuracy, %, measured")


def _percent(fraction: float | None) -> str:
    return "-" if fraction is None else f"{100 * fraction:.2f} %"
