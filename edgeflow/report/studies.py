"""What a sweep or a study adds to a report: a Pareto front, an ablation, the steps of compression.

Each is plain data in the report, under its own name; ``add`` puts it there from values.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from edgeflow.report import charts, plots
from edgeflow.report.kinds import kinds_in
from edgeflow.report.page import Figure, Section, Table
from edgeflow.report.plots import Point
from edgeflow.report.report import Report


@dataclass(frozen=True)
class Front:
    x: str  # the cost's name, unit and kind: "LUTs, routed"
    y: str  # the merit's: "test accuracy, %, measured"
    points: Sequence[Point]


OF_A_ROW = ("accuracy", "weight_bits", "accuracy_within", "points_within", "p_value")  # what an ablation's row has too


@dataclass(frozen=True)
class Variant:
    """A run with something left out; the first of an ablation leaves nothing out."""

    name: str
    accuracy: float  # on the test split, measured; the mean where there are several seeds
    weight_bits: float  # counted; the same
    accuracy_within: float | None = None  # half the mean's 95 % interval
    points_within: float | None = None  # the same, of what it is better than the whole, in pairs of one seed
    p_value: float | None = None  # of that


def add(report: Report, front: Front | None = None, ablation: Sequence[Variant] = ()) -> Report:
    added: dict[str, Any] = {"front": asdict(front)} if front else {}
    if ablation:
        added["ablation"] = [asdict(variant) for variant in ablation]
    content = report.content | added
    return Report(content | {"kinds": kinds_in(content)})


def front(report: dict[str, Any]) -> Section | None:
    if "front" not in report:
        return None
    found = report["front"]
    points = [Point(**point) for point in found["points"]]
    best = plots.front_of(points)
    table = Table(
        ("Point", found["x"], found["y"], "On the front"),
        [(_name(p), f"{p.x:,g}", f"{p.y:,g}", "yes" if p in best else "") for p in sorted(points, key=lambda p: p.x)],
    )
    picture = plots.front("Pareto front", points, found["x"], found["y"])
    return Section("Pareto front", "The point marked * is this run.", (Figure(picture), table))


def _name(point: Point) -> str:
    return f"{point.label} *" if point.chosen else point.label


def ablation(report: dict[str, Any]) -> Section | None:
    """Each variant against the first; with seeds, means and intervals."""
    if not report.get("ablation"):
        return None
    whole, *rest = (Variant(**variant) for variant in report["ablation"])
    seeded = whole.accuracy_within is not None
    table = Table(
        ("Variant", "Test accuracy, measured", "Points", *(["p, paired"] if seeded else []), "Weight bits, counted"),
        [_variant(variant, whole, seeded) for variant in (whole, *rest)],
    )
    shown = [(v.name, 100 * v.accuracy, 100 * (v.accuracy_within or 0)) for v in (whole, *rest)]
    text = "What each part brings: the same run without it."
    means = " Means over seeds, +- half the 95 % interval; points in pairs of one seed." if seeded else ""
    figure = Figure(charts.dots("Test accuracy of each variant", shown, "%"))
    return Section("Ablation", text + means, (table, figure))


def _variant(variant: Variant, whole: Variant, seeded: bool) -> tuple[str, ...]:
    points = f"{100 * (variant.accuracy - whole.accuracy) + 0.0:+.2f}"
    p_value = "-" if variant.p_value is None else f"{variant.p_value:.3f}"
    return (
        variant.name,
        f"{100 * variant.accuracy:.2f}{_within(variant.accuracy_within, 100)} %",
        "-" if variant is whole else f"{points}{_within(variant.points_within)}",
        *([p_value] if seeded else []),
        f"{variant.weight_bits:,.0f}",
    )


def _within(half: float | None, scale: float = 1) -> str:
    return "" if half is None else f" +- {scale * half:.2f}"


def compression(report: dict[str, Any]) -> Section | None:
    """What each step did; steps that the validation split refused have no effect."""
    steps = report.get("compression")
    if not steps:
        return None
    rows = [
        (
            step["step"],
            "yes" if step["kept"] else "no",
            *(f"{100 * step[f'validation_{when}']:.2f} %" for when in ("before", "after")),
            *(f"{step[f'weight_bits_{when}']:,}" for when in ("before", "after")),
            *(f"{step[f'nonzero_weights_{when}']:,}" for when in ("before", "after")),
        )
        for step in steps
    ]
    headings = ("Step", "Kept", "Accuracy before", "after", "Bits before", "after", "Weights not 0 before", "after")
    bits = {"before": [s["weight_bits_before"] for s in steps], "after": [s["weight_bits_after"] for s in steps]}
    picture = charts.bars("Weight bits of each step, counted", [step["step"] for step in steps], bits)
    text = "Accuracy is measured on the validation split, which decides what is kept; bits and weights are counted."
    return Section("Compression, step by step", text, (Table(headings, rows, words=2), Figure(picture)))
