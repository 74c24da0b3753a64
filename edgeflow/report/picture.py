"""``report.svg``: accuracy against weight bits of a trained student, and cells of the core; the same every time."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # the backend is chosen first
from matplotlib.axes import Axes


def draw(report: dict[str, Any], path: Path) -> None:
    with plt.rc_context({"svg.hashsalt": "edgeflow", "svg.fonttype": "none", "font.size": 9}):
        parts = [_accuracy, _cells] if "accuracy" in report else [_cells]
        figure, axes = plt.subplots(1, len(parts), figsize=(4.5 * len(parts), 3.2), layout="constrained", squeeze=False)
        for part, place in zip(parts, axes[0], strict=True):
            part(place, report)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def _accuracy(axes: Axes, report: dict[str, Any]) -> None:
    accuracy, bits = report["accuracy"], report["weight_bits"]
    points = [
        ("float baseline", bits["baseline"], accuracy["baseline"]),
        ("student", bits["student"], accuracy["student"]),
        ("without distillation", bits["student"], accuracy["student_without_distillation"]),
    ]
    for (label, x, y), marker in zip(points, "os^", strict=True):
        axes.plot(x, 100 * y, marker, label=label, markersize=7, linestyle="none")
    axes.axhline(100 * accuracy["teacher"], linestyle="--", linewidth=1, label="teacher")
    axes.set(xscale="log", xlabel="weight bits", ylabel="test accuracy, %")
    axes.legend(frameon=False)


def _cells(axes: Axes, report: dict[str, Any]) -> None:
    names = ("luts", "ffs", "brams", "dsps")
    for offset, (kind, of) in enumerate((("estimated", report["estimate"]), ("packed", report["core"]))):
        axes.barh([i + 0.4 * offset for i in range(len(names))], [of[n] for n in names], 0.38, label=f"core, {kind}")
    axes.set(yticks=[i + 0.2 for i in range(len(names))], yticklabels=names, xlabel="cells")
    axes.invert_yaxis()
    axes.legend(frameon=False)
