"""``Report``: everything a run found, as one JSON document; tables and pictures are made from it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgeflow.estimate.analytic import Estimate
from edgeflow.estimate.costs import Fixed16
from edgeflow.estimate.measured import MeasuredBaseline
from edgeflow.implement.board_run import BoardRun
from edgeflow.implement.result import Cells, Implementation
from edgeflow.recipe_cost import Cost
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
    hardware = _hardware(name, seed, verification, estimate, core, implementation, layers, seconds)
    latency_us = hardware["latency_us"]
    return Report(
        hardware
        | {
            "accuracy": scores | verification.accuracy,
            "validation_accuracy": {key: value.validation for key, value in trained.scores.items()},
            "distillation_kept": trained.distilled,
            "compression": [asdict(record) for record in trained.compression],
            "weight_bits": {
                "baseline": float_baseline.weight_bits,
                "student": student.weight_bits,
                "ratio": float_baseline.weight_bits / student.weight_bits,
            },
            "student": {"macs": student.macs, "bit_operations": student.bit_operations},
            "board_simulation": asdict(board_run),
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
            "tools": trained.versions | hardware["tools"] | {"onnxruntime": measured.onnxruntime},
            "kinds": KINDS,
        }
    )


def compile_import(
    name: str,
    seed: int,
    reference: dict[str, Any],
    verification: Verification,
    estimate: Estimate,
    core: Cells,
    implementation: Implementation,
    layers: list[Layer],
    seconds: dict[str, float],
) -> Report:
    """The report of a model that came as a file: no baseline was trained, so there are no gains."""
    content = _hardware(name, seed, verification, estimate, core, implementation, layers, seconds)
    kinds = {key: kind for key, kind in KINDS.items() if key in content}
    return Report(content | {"reference": reference, "kinds": kinds | {"reference": "measured"}})


def _hardware(
    name: str,
    seed: int,
    verification: Verification,
    estimate: Estimate,
    core: Cells,
    implementation: Implementation,
    layers: list[Layer],
    seconds: dict[str, float],
) -> dict[str, Any]:
    """What is known of every design, wherever its network came from."""
    board = {k: v for k, v in asdict(implementation).items() if k not in ("tools", "seconds")}
    board["bitstream"] = implementation.bitstream.name if implementation.bitstream else None
    board["fmax_mhz_by_seed"] = {str(k): v for k, v in implementation.fmax_mhz_by_seed.items()}
    return {
        "name": name,
        "seed": seed,
        "verification": _verification(verification),
        "estimate": asdict(estimate),
        "estimate_error": _errors(estimate, core),
        "core": asdict(core),
        "implementation": board,
        "latency_us": verification.latency_cycles / implementation.clock_mhz,
        "frames_per_second": implementation.clock_mhz * 1e6 / verification.interval_cycles,
        "layers": [asdict(layer) for layer in layers],
        "seconds": seconds,
        "tools": implementation.tools
        | {"simulator": verification.simulator}
        | ({"netlist simulator": verification.netlist_simulator} if verification.netlist_simulator else {}),
    }


def _verification(verification: Verification) -> dict[str, Any]:
    kept = (
        "samples",
        "rtl_samples",
        "netlist_samples",
        "layer_frames",
        "test_samples",
        "mismatches",
        "latency_cycles",
        "interval_cycles",
        "simulator",
        "netlist_simulator",
        "phases",
        "seed",
    )
    return {key: getattr(verification, key) for key in kept}


def _errors(estimate: Estimate, core: Cells) -> dict[str, float | None]:
    """Estimate over packed core, less one; None where there is nothing."""
    pairs = {key: (getattr(estimate, key), getattr(core, key)) for key in ("luts", "ffs", "brams", "dsps")}
    return {key: guess / real - 1 if real else (0.0 if guess == real else None) for key, (guess, real) in pairs.items()}
