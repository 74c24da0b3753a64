"""``report.md``: the report as a page. Names from models are untrusted and escaped."""

import re
from collections.abc import Iterable
from typing import Any

from edgeflow.report.rows import rows

WHEN = ("before", "after")


def page(report: dict[str, Any]) -> str:
    return "\n".join(
        [
            f"# {escape(report['name'])}",
            "",
            "Made by edgeflow. Each number says its kind: *measured* on this machine, *counted*, *simulated* in",
            "Verilator (netlist: CXXRTL), *packed* or *routed* by nextpnr, or *estimated* before synthesis.",
            "",
            *table(("What", "Value", "Kind"), rows(report)),
            "",
            "![Accuracy and cost](report.svg)",
            "",
            "## Layers",
            "",
            "Cycles are exact, costs estimated; logic of neighbouring layers shares a pipeline, whose registers count",
            "with the last of them. The layers marked * take the most cycles for a frame: they set the interval.",
            "",
            *table(
                ("Layer", "Kind", "Shape", "Formats", "Folding", "Cycles", "LUTs", "FFs", "BRAMs", "DSPs"),
                _layers(report),
            ),
            "",
            *_compression(report),
            "## Estimate against the packed core",
            "",
            *table(("Resource", "Estimated", "Packed", "Error"), _errors(report)),
            "",
            "## Where the time went",
            "",
            *table(("Stage", "Seconds when it was built"), [(k, f"{v:.1f}") for k, v in report["seconds"].items()]),
            "",
            "## Provenance",
            "",
            f"Seed {report['seed']}; verification seed {report['verification']['seed']}, "
            f"phases: {', '.join(report['verification']['phases'])}.",
            "",
            *table(("Tool", "Version"), [(k, escape(str(v))) for k, v in report["tools"].items()]),
            "",
        ]
    )


def _compression(report: dict[str, Any]) -> list[str]:
    """Which step bought what; nothing for a recipe without steps."""
    records = report.get("compression", [])
    if not records:
        return []
    body = [
        [
            escape(record["step"]),
            *(f"{100 * record[f'validation_{when}']:.2f} %" for when in WHEN),
            *(f"{record[f'{what}_{when}']:,}" for what in ("weight_bits", "nonzero_weights") for when in WHEN),
            "yes" if record["kept"] else "no",
        ]
        for record in records
    ]
    head = (
        "Step",
        *(f"{what} {when}" for what in ("Validation", "Weight bits", "Non-zero weights") for when in WHEN),
        "Kept",
    )
    return [
        "## Compression, step by step",
        "",
        "Accuracy is measured on the validation split, by which every choice is made; weight bits count zeros too.",
        "",
        *table(head, body),
        "",
    ]


def table(head: tuple[str, ...], body: Iterable[Iterable[str]]) -> list[str]:
    return [_line(head), _line(["---"] * len(head)), *(_line(row) for row in body)]


def escape(text: str) -> str:
    """Plain text for a Markdown cell: no markup, no HTML, one line."""
    one_line = re.sub(r"[\x00-\x1f\x7f]+", " ", text)
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~&])", r"\\\1", one_line)


def _layers(report: dict[str, Any]) -> list[list[str]]:
    return [
        [
            *(escape(str(layer[key])) for key in ("name", "kind", "shape", "formats", "folding")),
            f"{layer['interval_cycles']:,}{' *' if layer['sets_interval'] else ''}",
            *(f"{layer['cost'][key]:,}" for key in ("luts", "ffs", "brams", "dsps")),
        ]
        for layer in report["layers"]
    ]


def _errors(report: dict[str, Any]) -> list[list[str]]:
    errors, estimate, core = report["estimate_error"], report["estimate"], report["core"]
    return [
        [key, f"{estimate[key]:,}", f"{core[key]:,}", "-" if error is None else f"{100 * error:+.1f} %"]
        for key, error in errors.items()
    ]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
