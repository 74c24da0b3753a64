"""The gain table: the student beside the float baseline, figure by figure, like with like."""

from typing import Any

from edgeflow.report.energy import nanojoules
from edgeflow.report.evidence import COSTS, CYCLES
from edgeflow.report.page import Section, Table

HEADINGS = ("Figure", "Kind", "Float baseline", "Student", "Gain")
TEXT = (
    "Ratios above 1 are gains. Hardware is compared estimate with estimate, and its energy model with model: the "
    "baseline's architecture in 16-bit fixed point, folded, is never built."
)

Row = tuple[str, str, str, str, str]


def gains(report: dict[str, Any]) -> Section | None:
    if "gains" not in report:
        return None
    rows = [_accuracy(report), *_counted(report), *_latency(report), *_energy(report), *_hardware(report)]
    return Section("Gains against the float baseline", TEXT, (Table(HEADINGS, rows, words=2),))


def _accuracy(report: dict[str, Any]) -> Row:
    baseline, student = (100 * report["accuracy"][key] for key in ("baseline", "student"))
    return ("Test accuracy", "measured", f"{baseline:.2f} %", f"{student:.2f} %", f"{student - baseline:+.2f} points")


def _counted(report: dict[str, Any]) -> list[Row]:
    baseline = report["baseline"] | {"weight_bits": report["weight_bits"]["baseline"]}
    student = report["student"] | {"weight_bits": report["weight_bits"]["student"]}
    names = {
        "weight_bits": "Weight bits",
        "macs": "Multiplications",
        "bit_operations": "Bit operations",
    }
    return [_ratio(name, "counted", baseline[key], student[key]) for key, name in names.items()]


def _latency(report: dict[str, Any]) -> list[Row]:
    if "latency" not in report["gains"]:
        return []
    measured, simulated = report["baseline"]["cpu_latency_us"], report["latency_us"]
    kind = "measured on one core / simulated at the clock"
    return [("Latency", kind, f"{measured:.2f} us", f"{simulated:.3f} us", f"{report['gains']['latency']:.1f}")]


def _energy(report: dict[str, Any]) -> list[Row]:
    if "energy" not in report:
        return []
    student, against = report["energy"]["frame_nj"], {"modelled": report["baseline"]["fixed16_nj"]}
    if "payback" in report:
        against["measured time x stated power / modelled"] = report["payback"]["baseline_nj"]
    return [
        ("Energy an inference", kind, nanojoules(baseline), nanojoules(student), f"{baseline / student:,.1f}")
        for kind, baseline in against.items()
    ]


def _hardware(report: dict[str, Any]) -> list[Row]:
    fixed16, estimate = report["baseline"]["fixed16"], report["estimate"]
    names = COSTS | {"interval_cycles": CYCLES["interval_cycles"]}
    return [_ratio(name, "estimated", fixed16[key], estimate[key]) for key, name in names.items()]


def _ratio(name: str, kind: str, before: int, after: int) -> Row:
    gain = f"{before / after:.1f}" if after else "-" if before else "1.0"
    return (name, kind, f"{before:,}", f"{after:,}", gain)
