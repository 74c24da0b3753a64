"""The result table's rows: one list that terminal and pages share."""

from typing import Any, NamedTuple

from edgeflow.report.energy import energy_rows


class Row(NamedTuple):
    what: str
    value: str
    kind: str  # estimated, packed, simulated, routed, measured, counted, modelled


def rows(report: dict[str, Any]) -> list[Row]:
    """What a run found, in the order of the flow; what it did not make has no row."""
    flow = [_trained, _referred, _verified, _board_run, _sizes, _cycles_rows, _cells_rows, _at_clock]
    made = [*flow, _baseline, _energy, _bitstream]
    return [row for part in made for row in part(report)]


def _trained(report: dict[str, Any]) -> list[Row]:
    if "accuracy" not in report:
        return []
    accuracy = report["accuracy"]
    return [
        Row("Teacher, test accuracy", _percent(accuracy["teacher"]), "measured"),
        Row("Float baseline, test accuracy", _percent(accuracy["baseline"]), "measured"),
        Row("Student, test accuracy", _percent(accuracy["student"]), "measured"),
        Row("Student without distillation", _percent(accuracy["student_without_distillation"]), "measured"),
        *_balanced(report.get("balanced_accuracy")),
        Row("Student in csim / Network / RTL / netlist", _ladder(accuracy), "simulated"),
    ]


def _balanced(balanced: dict[str, float] | None) -> list[Row]:
    """The mean over classes, where the report has it."""
    if balanced is None:
        return []
    three = " / ".join(_percent(balanced[who]) for who in ("teacher", "baseline", "student"))
    return [Row("Teacher / baseline / student, balanced", three, "measured")]


def _referred(report: dict[str, Any]) -> list[Row]:
    if "reference" not in report:
        return []
    reference = report["reference"]
    ties = f"{reference['ties']} frames{', the first: ' if reference['ties'] else ''}{reference['tie']}"
    return [Row(f"{reference['executor']} decided a tie by its rounding", ties, "measured")]


def _verified(report: dict[str, Any]) -> list[Row]:
    verification = report["verification"]
    return [
        Row("Frames compared", f"{verification['samples']:,}", "counted"),
        Row("Frames simulated in RTL", f"{verification['rtl_samples']:,}", "counted"),
        Row("Frames simulated in the netlist", f"{verification['netlist_samples']:,}", "counted"),
        Row("Mismatches", f"{verification['mismatches']}", "simulated"),
    ]


def _board_run(report: dict[str, Any]) -> list[Row]:
    if "board_simulation" not in report:
        return []
    return [Row("Board through its UART pins, right", _board(report["board_simulation"]), "simulated")]


def _sizes(report: dict[str, Any]) -> list[Row]:
    if "weight_bits" not in report:
        return []
    weight_bits, gains = report["weight_bits"], report["gains"]
    return [
        Row("Weight bits", f"{weight_bits['student']:,} (baseline / {weight_bits['ratio']:.1f})", "counted"),
        Row("Bit operations a frame", _less(report["student"]["bit_operations"], gains["bit_operations"]), "counted"),
    ]


def _cycles_rows(report: dict[str, Any]) -> list[Row]:
    verification = report["verification"]
    return [
        Row("Latency", cycles(verification["latency_cycles"]), "simulated"),
        Row("Interval", cycles(verification["interval_cycles"]), "simulated"),
    ]


def _cells_rows(report: dict[str, Any]) -> list[Row]:
    estimated = Row("Core LUTs, FFs, BRAMs, DSPs", _cells(report["estimate"]), "estimated")
    if "implementation" not in report:
        return [estimated]
    board = report["implementation"]
    speeds = ", ".join(f"{f:.1f}" for f in board["fmax_mhz_by_seed"].values())
    spread = f"{board['fmax_spread_mhz']:.1f} MHz; kept is the bitstream of seed {board['seed']}"
    return [
        Row("Core LUTs, FFs, BRAMs, DSPs", _cells(report["core"]), "packed"),
        estimated,
        Row(f"Board {board['board']} LUTs, FFs, BRAMs, DSPs", _cells(board), "routed"),
        Row("Board Fmax, each seed", f"{speeds} MHz", "routed"),
        *([Row("Board Fmax, spread", spread, "routed")] if len(board["fmax_mhz_by_seed"]) > 1 else []),
        Row("Clock", f"{board['clock_mhz']:g} MHz, {'met' if board['timing_met'] else 'NOT met'}", "routed"),
    ]


def _at_clock(report: dict[str, Any]) -> list[Row]:
    clock = "that clock" if "implementation" in report else f"{report['clock_mhz']:g} MHz, not routed"
    return [
        Row(f"Latency at {clock}", f"{report['latency_us']:.3f} us", "simulated"),
        Row(f"Frames a second at {clock}", f"{report['frames_per_second']:,.0f}", "simulated"),
    ]


def _baseline(report: dict[str, Any]) -> list[Row]:
    if "baseline" not in report:
        return []
    baseline = report["baseline"]
    fixed = Row("Baseline in 16-bit fixed point, folded", _cells(baseline["fixed16"]), "estimated")
    if "cpu_latency_us" not in baseline:
        return [fixed]
    return [Row("Baseline in ONNX Runtime, one core", f"{baseline['cpu_latency_us']:.1f} us", "measured"), fixed]


def _energy(report: dict[str, Any]) -> list[Row]:
    return [Row(*row) for row in energy_rows(report)]


def _bitstream(report: dict[str, Any]) -> list[Row]:
    if "implementation" not in report:
        return []
    board = report["implementation"]
    return [Row("Bitstream", f"{board['bitstream']}, {board['bitstream_bytes']:,} bytes", "routed")]


def cycles(count: int) -> str:
    return f"{count:,} cycle{'s' if count != 1 else ''}"


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.2f} %"


def _ladder(accuracy: dict[str, float]) -> str:
    """A student that hls4ml cannot hold exactly has no csim."""
    rungs = ("firmware", "network", "rtl", "netlist")
    return " / ".join(_percent(accuracy[rung]) if rung in accuracy else "-" for rung in rungs)


def _board(run: dict[str, float]) -> str:
    return f"{round(run['samples'] * run['accuracy'])} of {run['samples']} test samples, all logits equal"


def _less(count: int, ratio: float) -> str:
    return f"{count:,} (baseline / {ratio:.0f})"


def _cells(of: dict[str, int]) -> str:
    return ", ".join(f"{of[key]:,}" for key in ("luts", "ffs", "brams", "dsps"))
