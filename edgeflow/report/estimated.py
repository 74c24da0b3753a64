"""An estimate as a table: the student with its intervals, the float baseline beside it."""

from typing import Any

from edgeflow.estimate.analytic import Estimate, Sketch
from edgeflow.estimate.energy import Energy
from edgeflow.estimate.predicted import Predicted
from edgeflow.recipe_cost import Cost
from edgeflow.report.energy import plainly
from edgeflow.report.rows import cycles

HEADINGS = ("Figure", "Kind", "Student", "Nine of ten within", "Baseline, 16-bit fixed", "Baseline, float32")
CELLS = {"luts": "LUTs", "ffs": "Flip-flops", "carries": "Carry cells", "brams": "Block memories", "dsps": "DSPs"}
COUNTS = {"weight_bits": "Weight bits", "macs": "Multiplications", "bit_operations": "Bit operations"}
CYCLES = ("latency_cycles", "interval_cycles")
Row = tuple[str, ...]


def rows(student: Predicted, baseline: Predicted | None, counted: Cost | None, floats: Cost | None) -> list[Row]:
    """``counted``: the student; ``floats``: the baseline in float32."""
    own, fixed = student.figures, baseline.figures if baseline else None
    interval, rate = (cycles(baseline.figures.interval_cycles), _rate(baseline)) if baseline else ("", "")
    return [
        *(_estimated(key, name, own, fixed) for key, name in CELLS.items()),
        _estimated("fmax_mhz", "Fmax, MHz", own, fixed),
        *_latency(own, student.clock_mhz),
        _row("Interval", "exact", cycles(own.interval_cycles), "", interval),
        _row("Frames a second", "estimated", _rate(student), "", rate),
        _energy(student.energy, baseline.energy if baseline else None),
        *(_counts(key, name, counted, floats) for key, name in COUNTS.items() if counted),
    ]


def _energy(student: Energy, baseline: Energy | None) -> Row:
    other = f"{plainly(baseline.frame_nj)} ({_range(baseline)})" if baseline else ""
    return _row("Energy an inference, nJ", "modelled", plainly(student.frame_nj), _range(student), other)


def _range(energy: Energy) -> str:
    return f"{plainly(energy.low_nj)} to {plainly(energy.high_nj)}"


def _rate(of: Predicted) -> str:
    return f"{of.frames_per_second:,.0f}"


def _latency(student: Estimate | Sketch, clock_mhz: float) -> list[Row]:
    if isinstance(student, Sketch):
        return []
    latency = student.latency_cycles
    return [
        _row("Latency", "exact", cycles(latency)),
        _row("Latency at that clock", "estimated", f"{latency / clock_mhz:.3f} us"),
    ]


def said(of: Predicted) -> dict[str, Any]:
    """As JSON has it: every figure with its interval and kind."""
    energy = of.energy
    return plain(of.figures) | {"energy_nj": _ranged(energy.frame_nj, (energy.low_nj, energy.high_nj), "modelled")}


def plain(estimate: Estimate | Sketch) -> dict[str, Any]:
    """The same of figures alone."""
    found: dict[str, Any] = {
        name: _ranged(getattr(estimate, name), estimate.within[name], "estimated") for name in (*CELLS, "fmax_mhz")
    }
    exact = {name: {"value": getattr(estimate, name), "kind": "exact"} for name in CYCLES if hasattr(estimate, name)}
    return found | exact | {"outside": list(estimate.outside)}


def _ranged(value: float, ends: tuple[float, float], kind: str) -> dict[str, Any]:
    return {"value": value, "low": ends[0], "high": ends[1], "kind": kind}


def _estimated(key: str, name: str, student: Estimate | Sketch, baseline: Estimate | Sketch | None) -> Row:
    other = f"{getattr(baseline, key):,.0f} ({_between(baseline, key)})" if baseline else ""
    return _row(name, "estimated", f"{getattr(student, key):,.0f}", _between(student, key), other)


def _counts(key: str, name: str, counted: Cost | None, floats: Cost | None) -> Row:
    other = f"{getattr(floats, key):,}" if floats else ""
    return (name, "counted", f"{getattr(counted, key):,}", "", "", other)


def _between(estimate: Estimate | Sketch, key: str) -> str:
    low, high = estimate.within[key]
    return f"{low:,.0f} to {high:,.0f}"


def _row(name: str, kind: str, student: str, within: str = "", fixed: str = "") -> Row:
    return (name, kind, student, within, fixed, "")
