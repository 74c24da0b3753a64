"""``Report``: everything a run found, as one JSON document; tables and pictures are made from it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgeflow.estimate.analytic import Sketch
from edgeflow.estimate.measured import MeasuredBaseline
from edgeflow.estimate.payback import Payback
from edgeflow.implement.board_run import BoardRun
from edgeflow.recipe_cost import Cost
from edgeflow.report.evidence import Evidence, plain_estimate
from edgeflow.report.kinds import kinds_in
from edgeflow.training import TrainedModel


@dataclass(frozen=True, eq=False)
class Comparison:
    """A student beside the float networks it was trained from."""

    trained: TrainedModel
    student: Cost
    float_baseline: Cost
    fixed16: Sketch
    fixed16_nj: float  # an inference of it, modelled
    measured: MeasuredBaseline | None = None
    board_run: BoardRun | None = None
    payback: Payback | None = None


@dataclass(frozen=True, eq=False)
class Report:
    content: dict[str, Any]  # plain data, as in report.json

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.content, indent=2) + "\n")


def load(path: Path) -> Report:
    return Report(json.loads(path.read_text()))


def compile_report(evidence: Evidence, beside: Comparison) -> Report:
    """Put the stages' results side by side. Gains are ratios against the float baseline; points are percent points."""
    content, trained, student, baseline = evidence.content(), beside.trained, beside.student, beside.float_baseline
    scores = {key: value.test for key, value in trained.scores.items()}
    less_bits, measured = baseline.weight_bits / student.weight_bits, beside.measured
    return _report(
        content
        | {
            "accuracy": scores | evidence.verification.accuracy,
            "validation_accuracy": {key: value.validation for key, value in trained.scores.items()},
            "balanced_accuracy": {key: value.test_balanced for key, value in trained.scores.items()},
            "distillation_kept": trained.distilled,
            "compression": [asdict(record) for record in trained.compression],
            "weight_bits": {"baseline": baseline.weight_bits, "student": student.weight_bits, "ratio": less_bits},
            "student": {"macs": student.macs, "bit_operations": student.bit_operations},
            **({"board_simulation": asdict(beside.board_run)} if beside.board_run else {}),
            "baseline": {
                **({"cpu_latency_us": measured.cpu_latency_us} if measured else {}),
                "macs": baseline.macs,
                "bit_operations": baseline.bit_operations,
                "fixed16": plain_estimate(beside.fixed16),
                "fixed16_nj": beside.fixed16_nj,
            },
            **({"payback": asdict(beside.payback)} if beside.payback else {}),
            "gains": {
                "weight_bits": less_bits,
                "bit_operations": baseline.bit_operations / student.bit_operations,
                **({"latency": measured.cpu_latency_us / evidence.latency_us} if measured else {}),
                **({"energy": beside.payback.ratio} if beside.payback else {}),
                "points_lost_against_baseline": 100 * (scores["baseline"] - scores["student"]),
                "points_lost_against_teacher": 100 * (scores["teacher"] - scores["student"]),
            },
            "tools": trained.versions | content["tools"] | ({"onnxruntime": measured.onnxruntime} if measured else {}),
        }
    )


def compile_import(evidence: Evidence, reference: dict[str, Any]) -> Report:
    """The report of a model that came as a file: no baseline was trained, so there are no gains."""
    return _report(evidence.content() | {"reference": reference})


def _report(content: dict[str, Any]) -> Report:
    return Report(content | {"kinds": kinds_in(content)})
