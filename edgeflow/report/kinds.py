"""Which kind of number stands where in a report: they are never mixed. Also every number by its dotted name."""

from collections.abc import Iterator
from typing import Any

Number = int | float

# By dotted name, without places in lists; the longest one that fits decides.
KINDS = {
    "seed": "given",
    "clock_mhz": "given",
    "budget": "counted",
    "accuracy": "measured",
    **{f"accuracy.{rung}": "simulated" for rung in ("firmware", "network", "rtl", "netlist")},
    "validation_accuracy": "measured",
    "balanced_accuracy": "measured",
    "distillation_kept": "measured",
    "compression": "counted",
    "compression.validation_before": "measured",
    "compression.validation_after": "measured",
    "ablation": "counted",
    "ablation.accuracy": "measured",
    "front": "as its axes say",
    "confusion": "measured",
    "reference": "measured",
    "weight_bits": "counted",
    "student": "counted",
    "verification": "simulated",
    **{f"verification.{of}samples": "counted" for of in ("", "rtl_", "netlist_", "test_")},
    "verification.layer_frames": "counted",
    "verification.seed": "given",
    "board_simulation": "simulated",
    "board_simulation.seconds": "measured",
    "estimate": "estimated",
    "estimate_error": "estimated / packed",
    "core": "packed",
    "implementation": "routed",
    "implementation.clock_mhz": "given",
    "implementation.seed": "given",
    "latency_us": "simulated",
    "frames_per_second": "simulated",
    "energy": "modelled",
    "energy.clock_mhz": "given",
    "energy.interval_cycles": "counted",
    "energy.activity": "simulated",
    **{f"energy.activity.{of}": "counted" for of in ("frames", "cycles", "bits")},
    "payback": "modelled",
    **{f"payback.{of}": "stated" for of in ("cpu_watts", "price_per_kwh")},
    **{f"payback.{of}": "measured time x stated power" for of in ("baseline_nj", "baseline_cost", "training_kj")},
    "payback.training_seconds": "measured",
    "layers": "estimated",
    "layers.interval_cycles": "counted",
    "baseline": "counted",
    "baseline.cpu_latency_us": "measured",
    "baseline.fixed16": "estimated",
    "baseline.fixed16.interval_cycles": "counted",
    "vendors": "routed",
    **{f"vendors.{tool}.clock_mhz": "given" for tool in ("vivado", "vitis", "quartus")},
    "vendors.vitis": "estimated",
    "baseline.fixed16_nj": "modelled",
    "gains": "counted",
    "gains.latency": "measured / (simulated cycles at the board's clock)",
    "gains.energy": "measured time x stated power / modelled",
    "gains.points_lost_against_baseline": "measured",
    "gains.points_lost_against_teacher": "measured",
    "seconds": "measured",
}


def kinds_in(content: dict[str, Any]) -> dict[str, str]:
    """Of what is there."""
    return {key: kind for key, kind in KINDS.items() if value_at(content, key) is not None}


def kind_of(key: str, kinds: dict[str, str]) -> str:
    """Of one number, by its dotted name; empty where nothing says. Places in lists do not matter."""
    parts = [part for part in key.split(".") if not part.isdigit()]
    names = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((kinds[name] for name in names if name in kinds), "")


def value_at(content: dict[str, Any], key: str) -> Any:
    """What has that dotted name, of a list in its first item; None if nothing has."""
    found: Any = content
    for part in key.split("."):
        inside = found[0] if isinstance(found, list) and found else found
        found = inside.get(part) if isinstance(inside, dict) else None
    return found


def numbers(content: Any, prefix: str = "") -> Iterator[tuple[str, Number]]:
    """Every number with its dotted name, in the report's order; what a list holds is named by its place."""
    if isinstance(content, bool):
        yield prefix, int(content)
    elif isinstance(content, int | float):
        yield prefix, content
    elif isinstance(content, dict | list):
        items = content.items() if isinstance(content, dict) else enumerate(content)
        for key, value in items:
            yield from numbers(value, f"{prefix}.{key}" if prefix else str(key))
