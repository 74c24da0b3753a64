"""What vendors' tools found of a run's design, beside our own figures: ``edgeflow export`` adds it."""

from typing import Any

from edgeflow.report.kinds import KINDS, kind_of, kinds_in
from edgeflow.report.page import Section, Table
from edgeflow.report.report import Report

TOOLS = {"vivado": "Vivado", "vitis": "Vitis HLS", "quartus": "Quartus"}
FIGURES = {
    "luts": "LUTs",
    "alms": "ALMs",
    "ffs": "FFs",
    "brams": "BRAMs",
    "brams_18k": "BRAMs of 18 kbit",
    "bram_bits": "Block memory, bits",
    "dsps": "DSPs",
    "slack_ns": "Setup slack, ns",
    "period_ns": "Clock period, ns",
    "latency_cycles": "Latency, cycles",
    "interval_cycles": "Interval, cycles",
}


def add(report: Report, tool: str, made: dict[str, Any], figures: dict[str, float]) -> Report:
    """``made`` says with which part, clock_mhz and version; what the tool found before is replaced."""
    content = report.content | {"vendors": report.content.get("vendors", {}) | {tool: made | figures}}
    return Report(content | {"kinds": kinds_in(content)})


def section(report: dict[str, Any]) -> Section | None:
    if not report.get("vendors"):
        return None
    rows = [
        (
            f"{TOOLS[tool]} {found['version']}",
            f"{found['part']}, {found['clock_mhz']:g} MHz asked",
            label,
            kind_of(f"vendors.{tool}.{key}", KINDS),
            f"{found[key]:,g}",
        )
        for tool, found in report["vendors"].items()
        for key, label in FIGURES.items()
        if key in found
    ]
    text = (
        "Of the core, as these tools report it for their parts: Vivado and Quartus of this RTL after routing, Vitis "
        "HLS of the hls4ml project after C synthesis."
    )
    return Section("Vendors' tools", text, (Table(("Tool", "Part", "Figure", "Kind", "Value"), rows, words=4),))
