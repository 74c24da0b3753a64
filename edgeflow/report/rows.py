"""The result table's rows: one list that the terminal and Markdown share."""

from typing import Any, NamedTuple


class Row(NamedTuple):
    what: str
    value: str
    kind: str  # estimated, packed, simulated, routed, measured, counted


def rows(report: dict[str, Any]) -> list[Row]:
    """What a run found, in the order of the flow."""
    accuracy, verification, board = report["accuracy"], report["verification"], report["implementation"]
    weight_bits, gains, baseline = report["weight_bits"], report["gains"], report["baseline"]
    core, estimate = report["core"], report["estimate"]
    return [
        Row("Teacher, test accuracy", _percent(accuracy["teacher"]), "measured"),
        Row("Float baseline, test accuracy", _percent(accuracy["baseline"]), "measured"),
        Row("Student, test accuracy", _percent(accuracy["student"]), "measured"),
        Row("Student without distillation", _percent(accuracy["student_without_distillation"]), "measured"),
        Row("Student in csim / Network / RTL", _ladder(accuracy), "simulated"),
        Row("Frames compared", f"{verification['samples']:,}", "counted"),
        Row("Frames simulated in RTL", f"{verification['rtl_samples']:,}", "counted"),
        Row("Mismatches", f"{verification['mismatches']}", "simulated"),
        Row("Board through its UART pins, right", _board(report["board_simulation"]), "simulated"),
        Row("Weight bits", f"{weight_bits['student']:,} (baseline / {weight_bits['ratio']:.1f})", "counted"),
        Row("Bit operations a frame", _less(report["student"]["bit_operations"], gains["bit_operations"]), "counted"),
        Row("Latency", _cycles(verification["latency_cycles"]), "simulated"),
        Row("Interval", _cycles(verification["interval_cycles"]), "simulated"),
        Row("Core LUTs, FFs, BRAMs, DSPs", _cells(core), "packed"),
        Row("Core LUTs, FFs, BRAMs, DSPs", _cells(estimate), "estimated"),
        Row(f"Board {board['board']} LUTs, FFs, BRAMs, DSPs", _cells(board), "routed"),
        Row(
            "Board Fmax, each seed",
            ", ".join(f"{f:.1f}" for f in board["fmax_mhz_by_seed"].values()) + " MHz",
            "routed",
        ),
        Row("Clock", f"{board['clock_mhz']:g} MHz, {'met' if board['timing_met'] else 'NOT met'}", "routed"),
        Row("Latency at that clock", f"{report['latency_us']:.3f} us", "simulated"),
        Row("Baseline in ONNX Runtime, one core", f"{baseline['cpu_latency_us']:.1f} us", "measured"),
        Row("Baseline in 16-bit fixed point, folded", _cells(baseline["fixed16"]), "estimated"),
        Row("Bitstream", f"{board['bitstream']}, {board['bitstream_bytes']:,} bytes", "routed"),
    ]


def _cycles(count: int) -> str:
    return f"{count} cycle{'s' if count != 1 else ''}"


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.2f} %"


def _ladder(accuracy: dict[str, float]) -> str:
    return " / ".join(_percent(accuracy[rung]) for rung in ("firmware", "network", "rtl"))


def _board(run: dict[str, float]) -> str:
    return f"{round(run['samples'] * run['accuracy'])} of {run['samples']} test samples, all logits equal"


def _less(count: int, ratio: float) -> str:
    return f"{count:,} (baseline / {ratio:.0f})"


def _cells(of: dict[str, int]) -> str:
    return ", ".join(f"{of[key]:,}" for key in ("luts", "ffs", "brams", "dsps"))
