"""What a sweep or an ablation found, as a page of its own and beside a run in the run's report."""

import json
from pathlib import Path
from typing import Any

from edgeflow.errors import InputError
from edgeflow.report import html, studies
from edgeflow.report.kinds import value_at
from edgeflow.report.page import Figure, Page, Section, Table
from edgeflow.report.plots import Point
from edgeflow.report.report import Report
from edgeflow.report.studies import Front, Variant
from edgeflow.sweep import front, picture
from edgeflow.sweep import run as sweeps
from edgeflow.sweep.figures import FIGURES
from edgeflow.sweep.folder import Folder
from edgeflow.sweep.plan import Sweep

THIS = "this run"
# Where a report has what a sweep calls so. The parts before a dot are kinds: estimated, routed.
IN_REPORT = {
    "accuracy": "validation_accuracy.student",
    "weight_bits": "weight_bits.student",
    "macs": "student.macs",
    "bit_operations": "student.bit_operations",
    "estimated": "estimate",
    "routed": "implementation",
}


def write_sweep(folder: Folder) -> dict[str, Path]:
    """The sweep's files and its page beside them."""
    paths = sweeps.write(folder) | {"page": folder.root / "sweep.html"}
    paths["page"].write_text(html.render(sweep_page(folder)))
    return paths


def write_ablation(name: str, paths: dict[str, Path]) -> dict[str, Path]:
    """A page beside the files of an ablation."""
    page = paths["numbers"].with_suffix(".html")
    page.write_text(html.render(ablation_page(name, paths["numbers"])))
    return paths | {"page": page}


def sweep_page(folder: Folder) -> Page:
    """The front as a table and as pictures of all trials, and what to do next."""
    sweep, results = folder.plan().sweep, folder.results()
    found = front.front(results, sweep)
    table = Table(tuple(front.headings(sweep)), [front.row(result, sweep) for result in found])
    drawn = Figure(picture.drawing(results, found, sweep))
    said = " ".join(f"{notice.rstrip('.')}." for notice in sweeps.notices(folder))
    section = Section("Pareto front", "What no other trial beats in everything.", (table, drawn))
    return Page(f"Sweep {sweep.name}", said, (section,))


def ablation_page(name: str, file: Path) -> Page:
    """Of the ``ablation.json`` that ``edgeflow ablate`` wrote."""
    section = studies.ablation({"ablation": [vars(variant) for variant in _variants(file)]})
    assert section, "an ablation has variants"
    return Page(f"Ablation of {name}", "Each part of the recipe left out in turn.", (section,))


def with_sweep(report: Report, root: Path) -> Report:
    """The report with the sweep's trials, the run's own point among them. Raises InputError if they share no axes."""
    folder = Folder.open(root)
    sweep = folder.plan().sweep
    merit, cost = _axes(sweep)
    own = [_figure(report.content, name) for name in (cost, merit)]
    if own[0] is None or own[1] is None:
        raise InputError(f"{root}: the run has no {merit if own[1] is None else cost}; run it as far as the sweep went")
    found = [result for result in folder.results() if not result.failure]
    points = [Point(f"trial {one.number}", one.figures[cost], one.figures[merit]) for one in found]
    return studies.add(report, Front(_label(cost), _label(merit), [*points, Point(THIS, own[0], own[1], chosen=True)]))


def with_ablation(report: Report, root: Path) -> Report:
    """The report with what ``edgeflow ablate`` left in the folder ``root``. Raises InputError if that is nothing."""
    return studies.add(report, ablation=_variants(root / "ablation.json"))


def _variants(file: Path) -> list[Variant]:
    try:
        rows = json.loads(file.read_text())["rows"]
        return [Variant(**{key: row[key] for key in studies.OF_A_ROW} | {"name": row["variant"]}) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file}: no ablation ({error}); edgeflow ablate makes one") from None


def _axes(sweep: Sweep) -> tuple[str, str]:
    """The first objective that is better high, and the first that is better low."""
    merits = [name for name in sweep.objectives if FIGURES[name].better_high]
    costs = [name for name in sweep.objectives if not FIGURES[name].better_high]
    if not merits or not costs:
        raise InputError(f"sweep {sweep.name}: a front wants an objective that is better high and one better low")
    return merits[0], costs[0]


def _figure(content: dict[str, Any], name: str) -> float | None:
    """A report's value of what a sweep calls ``name``."""
    if name.endswith("latency_ns"):
        mhz = value_at(content, "implementation.fmax_mhz") if name.startswith("routed") else content["clock_mhz"]
        cycles = content["estimate"]["latency_cycles"]
        return None if mhz is None else 1000 * cycles / min(mhz, content["clock_mhz"])
    if name.endswith("interval_ns"):
        return 1000 * float(content["estimate"]["interval_cycles"]) / float(content["clock_mhz"])
    kind, _, cell = name.rpartition(".")
    found: float | None = value_at(content, f"{IN_REPORT[kind]}.{cell}" if kind else IN_REPORT[name])
    return found


def _label(name: str) -> str:
    return picture.label(name).replace("accuracy", "validation accuracy, measured")
