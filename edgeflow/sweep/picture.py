"""``front.svg``: every trial by the first objective against each other one, the front marked; the same every time."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # the backend is chosen first

from edgeflow.sweep.plan import Sweep
from edgeflow.sweep.result import Result, unit_of


def draw(results: Sequence[Result], front: Sequence[Result], sweep: Sweep, path: Path) -> None:
    done = [result for result in results if not result.failure]
    first, *others = sweep.objectives
    with plt.rc_context({"svg.hashsalt": "edgeflow", "svg.fonttype": "none", "font.size": 9}):
        count = max(1, len(others))
        figure, axes = plt.subplots(1, count, figsize=(4.5 * count, 3.2), layout="constrained", squeeze=False)
        for name, place in zip(others or ["trial"], axes[0], strict=True):
            for label, marked, style in (("trials", done, "o"), ("front", front, "s")):
                x = [result.figures.get(name, result.number) for result in marked]
                y = [result.figures[first] for result in marked]
                place.plot(x, y, style, label=label, markersize=6 if marked is front else 3, linestyle="none")
            place.set(xlabel=_label(name), ylabel=_label(first))
            if name != "trial" and x and min(x) > 0 and max(x) > 20 * min(x):
                place.set_xscale("log")
            place.legend(frameon=False)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def _label(name: str) -> str:
    unit = unit_of(name)
    return f"{name}, {unit}" if unit else name
