"""A run's report as a page: one function a section; what a run did not make has none."""

from typing import Any

from edgeflow.report import vendors
from edgeflow.report.accuracy import against_size, confusion, ladder
from edgeflow.report.energy import energy
from edgeflow.report.gains import gains
from edgeflow.report.hardware import cells, errors, layers, utilisation
from edgeflow.report.page import Figure, Page, Section, Table
from edgeflow.report.rows import rows
from edgeflow.report.studies import ablation, compression, front
from edgeflow.report.svg import Picture, stacked

PICTURE = "report.svg"
LEAD = (
    "Made by edgeflow. Each number says its kind: measured on this machine, counted, simulated in Verilator (netlist: "
    "CXXRTL), packed or routed by nextpnr, estimated before synthesis, or modelled from what was simulated and stated."
)

Content = dict[str, Any]


def page(report: Content) -> Page:
    found = (_result, gains, ladder, layers, errors, utilisation, vendors.section, energy, confusion)
    made = (maker(report) for maker in (*found, front, ablation, compression, _time, _provenance))
    return Page(report["name"], LEAD, tuple(section for section in made if section))


def overview(report: Content) -> Picture:
    """Accuracy against weight bits of a trained student, and cells of the core."""
    title = "Accuracy and cost"
    return stacked(title, against_size(report), cells(report)) if "accuracy" in report else cells(report)


def _result(report: Content) -> Section:
    table = Table(("What", "Value", "Kind"), rows(report), words=3)
    return Section("Result", "", (table, Figure(overview(report), PICTURE)))


def _time(report: Content) -> Section:
    seconds = [(stage, f"{value:.1f}") for stage, value in report["seconds"].items()]
    return Section("Where the time went", "", (Table(("Stage", "Seconds when it was built"), seconds),))


def _provenance(report: Content) -> Section:
    verification = report["verification"]
    text = (
        f"Seed {report['seed']}; verification seed {verification['seed']}, phases: {', '.join(verification['phases'])}."
    )
    lists = {"Tool": ("Version", "tools"), "sha256 of": ("Digest", "hashes"), "To": ("Command", "commands")}
    tables = (
        Table((what, value), [(name, str(of)) for name, of in report[key].items()], words=2)
        for what, (value, key) in lists.items()
        if report.get(key)
    )
    return Section("Provenance", text, tuple(tables))
