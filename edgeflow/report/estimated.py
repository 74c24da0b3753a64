"""An estimate as a table: the student with its intervals, the float baseline beside it."""

from typing import Any

from edgeflow.estimate.analytic import Estimate, Sketch
from edgeflow.recipe_cost import Cost

HEADINGS = ("Figure", "Kind", "Student", "Nine of ten within", "Baseline, 16-bit fixed", "Baseline, float32")
CELLS = {"luts": "LUTs", "ffs": "Flip-flops", "carries": "Carry cells", "brams": "Block memories", "dsps": "DSPs"}
COUNTS = {"weight_bits": "Weight bits", "macs": "Multiplications", "bit_operations": "Bit operations"}
CYCLES = ("latency_cycles", "interval_cycles")
Row = tuple[str, ...]


def rows(
    student: Estimate | Sketch, clock_mhz: float, baseline: Sketch | None, counted: Cost | None, floats: Cost | None
) -> list[Row]:
    """``clock_mhz``: what the student will run at."""
    fixed = (f"{baseline.fmax_mhz:.0f} MHz", f"{baseline.interval_cycles:,} cycles") if baseline else ("", "")
    return [
        *(_cells(key, name, student, baseline) for key, name in CELLS.items()),
        _row("Fmax", "estimated", f"{student.fmax_mhz:.0f} MHz", _between(student, "fmax_mhz"), fixed[0]),
        *_latency(student, clock_mhz),
        _row("Interval", "exact", f"{student.interval_cycles:,} cycles", "", fixed[1]),
        _row("Frames a second", "estimated", f"{clock_mhz * 1e6 / student.interval_cycles:,.0f}"),
        *(_counts(key, name, counted, floats) for key, name in COUNTS.items() if counted),
    ]


def _latency(student: Estimate | Sketch, clock_mhz: float) -> list[Row]:
    if isinstance(student, Sketch):
        return []
    cycles = student.latency_cycles
    return [
        _row("Latency", "exact", f"{cycles:,} cycles"),
        _row("Latency at that clock", "estimated", f"{cycles / clock_mhz:.3f} us"),
    ]


def plain(estimate: Estimate | Sketch) -> dict[str, Any]:
    """As JSON has it: every figure with its interval and kind."""
    found: dict[str, Any] = {name: _plain(estimate, name) for name in (*CELLS, "fmax_mhz")}
    cycles = {name: {"value": getattr(estimate, name), "kind": "exact"} for name in CYCLES if hasattr(estimate, name)}
    return found | cycles | {"outside": list(estimate.outside)}


def _plain(estimate: Estimate | Sketch, name: str) -> dict[str, Any]:
    low, high = estimate.within[name]
    return {"value": getattr(estimate, name), "low": low, "high": high, "kind": "estimated"}


def _cells(key: str, name: str, student: Estimate | Sketch, baseline: Sketch | None) -> Row:
    other = f"{getattr(baseline, key):,}" if baseline else ""
    return _row(name, "estimated", f"{getattr(student, key):,}", _between(student, key), other)


def _counts(key: str, name: str, counted: Cost | None, floats: Cost | None) -> Row:
    other = f"{getattr(floats, key):,}" if floats else ""
    return (name, "counted", f"{getattr(counted, key):,}", "", "", other)


def _between(estimate: Estimate | Sketch, key: str) -> str:
    low, high = estimate.within[key]
    return f"{low:,.0f} to {high:,.0f}"


def _row(name: str, kind: str, student: str, within: str = "", fixed: str = "") -> Row:
    return (name, kind, student, within, fixed, "")
