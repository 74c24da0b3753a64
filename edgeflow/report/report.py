"""``Report``: everything a run found, as one JSON document; tables and pictures are made from it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgeflow.estimate.analytic import Estimate
from edgeflow.estimate.costs import Cost, Fixed16
from edgeflow.estimate.measured import MeasuredBaseline
from edgeflow.implement.board_run import BoardRun
from edgeflow.implement.result import Cells, Implementation
from edgeflow.training import TrainedModel
from edgeflow.verify.verification import Verification

# Which kind of number stands in each section: they are never mixed.
KINDS = {
    "accuracy": "measured",
    "weight_bits": "counted",
    "verification": "simulated",
    "board_simulation": "simulated",
    "estimate": "estimated",
    "core": "packed",
    "implementation": "routed",
    "baseline.cpu_latency_us": "measured",
    "baseline.fixed16": "estimated",
    "gains.latency": "measured / (simulated cycles at the board's clock)",
}


@dataclass(frozen=True)
class Layer:
    """One line of the mapping: what a layer is and what it became."""

    name: str
    kind: str
    shape: str
    formats: str
    folding: str
    interval_cycles: int  # exact: of the layer's slowest unit
    cost: dict[str, int]  # estimated
    sets_interval: bool


@dataclass(frozen=True, eq=False)
class Report:
    content: dict[str, Any]  # plain data, as in report.json

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.content, indent=2) + "\n")


def load(path: Path) -> Report:
    return Report(json.loads(path.read_text()))


def compile_report(
    name: str,
    seed: int,
    trained: TrainedModel,
    student: Cost,
    float_baseline: Cost,
    fixed16: Fixed16,
    measured: MeasuredBaseline,
    verification: Verification,
    board_run: BoardRun,
    estimate: Estimate,
    core: Cells,
    implementation: Implementation,
    layers: list[Layer],
    seconds: dict[str, float],
) -> Report:
    """Put the stages' results side by side. Gains are ratios against the float baseline; points are percent points."""
    scores = {key: value.test for key, value in trained.scores.items()}
    latency_us = verification.latency_cycles / implementation.clock_mhz
    board = {k: v for k, v in asdict(implementation).items() if k not in ("tools", "seconds")}
    board["bitstream"] = implementation.bitstream.name if implementation.bitstream else None
    board["fmax_mhz_by_seed"] = {str(k): v for k, v in implementation.fmax_mhz_by_seed.items()}
    return Report(
        {
            "name": name,
            "seed": seed,
            "accuracy": scores | verification.accuracy,
            "validation_accuracy": {key: value.validation for key, value in trained.scores.items()},
            "distillation_kept": trained.distilled,
            "weight_bits": {
                "baseline": float_baseline.weight_bits,
                "student": student.weight_bits,
                "ratio": float_baseline.weight_bits / student.weight_bits,
            },
            "student": {"macs": student.macs, "bit_operations": student.bit_operations},
            "verification": _verification(verification),
            "board_simulation": asdict(board_run),
            "estimate": asdict(estimate),
            "estimate_error": _errors(estimate, core),
            "core": asdict(core),
            "implementation": board,
            "baseline": {
                "cpu_latency_us": measured.cpu_latency_us,
                "macs": float_baseline.macs,
                "bit_operations": float_baseline.bit_operations,
                "fixed16": asdict(fixed16),
            },
            "gains": {
                "weight_bits": float_baseline.weight_bits / student.weight_bits,
                "bit_operations": float_baseline.bit_operations / student.bit_operations,
                "latency": measured.cpu_latency_us / latency_us,
                "points_lost_against_baseline": 100 * (scores["baseline"] - scores["student"]),
                "points_lost_against_teacher": 100 * (scores["teacher"] - scores["student"]),
            },
            "latency_us": latency_us,
            "frames_per_second": implementation.clock_mhz * 1e6 / verification.interval_cycles,
            "layers": [asdict(layer) for layer in layers],
            "seconds": seconds,
            "tools": trained.versions
            | implementation.tools
            | {"onnxruntime": measured.onnxruntime, "simulator": verification.simulator},
            "kinds": KINDS,
        }
    )


def _verification(verification: Verification) -> dict[str, Any]:
    kept = (
        "samples",
        "rtl_samples",
        "test_samples",
        "mismatches",
        "latency_cycles",
        "interval_cycles",
        "simulator",
        "phases",
        "seed",
    )
    return {key: getattr(verification, key) for key in kept}


def _errors(estimate: Estimate, core: Cells) -> dict[str, float | None]:
    """Estimate over packed core, less one; None where there is nothing."""
    pairs = {key: (getattr(estimate, key), getattr(core, key)) for key in ("luts", "ffs", "brams", "dsps")}
    return {key: guess / real - 1 if real else (0.0 if guess == real else None) for key, (guess, real) in pairs.items()}
