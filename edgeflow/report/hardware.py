"""The hardware of a report: its layers, estimates beside what was found, and how much of the part it takes."""

from typing import Any

from edgeflow.report import charts
from edgeflow.report.evidence import COSTS, CYCLES, relative_error
from edgeflow.report.floorplan import floorplan
from edgeflow.report.page import Figure, Section, Table
from edgeflow.report.svg import Picture

Content = dict[str, Any]


def layers(report: Content) -> Section:
    layers = report["layers"]
    total = sum(layer["cost"]["luts"] for layer in layers)
    table = Table(
        ("Layer", "Kind", "Shape", "Formats", "Folding", "Cycles", *COSTS.values(), "LUT share"),
        [
            [
                *(str(layer[key]) for key in ("name", "kind", "shape", "formats", "folding")),
                f"{layer['interval_cycles']:,}{' *' if layer['sets_interval'] else ''}",
                *(f"{layer['cost'][key]:,}" for key in COSTS),
                f"{100 * layer['cost']['luts'] / total:.1f} %" if total else "-",
            ]
            for layer in layers
        ],
        words=5,
    )
    names = [layer["name"] for layer in layers]
    slowest = frozenset(i for i, layer in enumerate(layers) if layer["sets_interval"])
    cycles = {"cycles": [layer["interval_cycles"] for layer in layers]}
    luts = {"LUTs": [layer["cost"]["luts"] for layer in layers]}
    pictures = (
        charts.bars("Cycles a frame of each layer, exact", names, cycles, slowest),
        charts.bars("LUTs of each layer, estimated", names, luts),
    )
    text = (
        "Cycles are exact, costs shares of the whole estimate; logic of neighbouring layers shares a pipeline, whose "
        "registers count with the last of them, and what lies between layers counts with all. The "
        "layers marked * take the most cycles for a frame: they set the interval."
    )
    return Section("Layers", text, (table, *map(Figure, pictures)))


def errors(report: Content) -> Section | None:
    if "core" not in report:
        return None
    estimate, core, board, simulated = (report[of] for of in ("estimate", "core", "implementation", "verification"))
    cells = [_against(name, "packed", estimate[key], core[key], f"{board[key]:,}") for key, name in COSTS.items()]
    cycles = [_against(name, "simulated", estimate[key], simulated[key], "-") for key, name in CYCLES.items()]
    headings = ("Figure", "Found is", "Estimated", "Found", "Error", "Whole board, routed")
    text = "Of the bare core, which is what is estimated; the board adds the serial link and its clock."
    return Section("Estimated against found", text, (Table(headings, cells + cycles, words=2),))


def _against(name: str, kind: str, estimated: int, found: int, board: str) -> tuple[str, ...]:
    error = relative_error(estimated, found)
    return (name, kind, f"{estimated:,}", f"{found:,}", "-" if error is None else f"{100 * error:+.1f} %", board)


def utilisation(report: Content) -> Section:
    kind, of = ("routed", "implementation") if "implementation" in report else ("estimated", "estimate")
    used, budget = report[of], report["budget"]
    table = Table(
        ("Resource", "Kind", "Used", "There are", "Share"),
        [
            (name, kind, f"{used[key]:,}", f"{budget[key]:,}", _share(used[key], budget[key]))
            for key, name in COSTS.items()
        ],
        words=2,
    )
    title = f"Share of the part that is used, {kind}"
    gauges = Figure(charts.gauges(title, [(name, used[key], budget[key]) for key, name in COSTS.items()]))
    whole = "The whole board, link and clock included." if kind == "routed" else "The bare core, not yet implemented."
    return Section("Use of the part", whole, (table, gauges, *_die(report)))


def _die(report: Content) -> tuple[Figure, ...]:
    if "floorplan" not in report:
        return ()
    title = (
        f"The die of {report['implementation']['device']} as placed: tiles by what has most cells there. Block "
        "memories and multipliers have a border, pins and clocks are grey; a cell belongs to the layer in its name."
    )
    return (Figure(floorplan(title, report["floorplan"]["owners"], report["floorplan"]["rows"])),)


def _share(used: int, of: int) -> str:
    return f"{100 * used / of:.1f} %" if of else "-"


def cells(report: Content) -> Picture:
    kinds = {kind: [report[of][key] for key in COSTS] for kind, of in _kinds_of_cells(report).items()}
    return charts.bars("Cells of the core", list(COSTS.values()), kinds, each_row=True)


def _kinds_of_cells(report: Content) -> dict[str, str]:
    return {"estimated": "estimate"} | ({"packed": "core"} if "core" in report else {})
