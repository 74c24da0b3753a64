"""What quantization cost, layer by layer and altogether: plain values, JSON, a table."""

import json
from dataclasses import asdict, dataclass

from edgeflow.quantize._score import Score


@dataclass(frozen=True)
class LayerCost:
    """Of the network with this layer alone quantized: its weights and what lies behind it."""

    name: str
    kind: str
    weight_bits: int | None  # None for the input
    activation_bits: int | None  # None where nothing behind it is quantized, as behind the last layer
    alone: Score
    mean_error: float | None  # greatest of its outputs, all layers quantized: |mean - mean of the float network|
    mean_error_corrected: float | None


@dataclass(frozen=True)
class Report:
    model: str
    data: str
    calibration_samples: int
    measured_samples: int
    method: str
    scale: str
    per_channel: bool
    reference: Score  # of the float network
    layers: tuple[LayerCost, ...]
    uncorrected: Score  # all layers quantized
    corrected: Score | None  # and biases corrected
    notices: tuple[str, ...] = ()

    def json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"


HEADINGS = ("Quantized", "Kind", "Weights", "Activations", "Accuracy", "SNR of the logits", "Mean error", "corrected")


def rows(report: Report) -> list[tuple[str, ...]]:
    """Below ``HEADINGS``: nothing, each layer alone, all together."""
    ends = [("nothing", report.reference), ("all", report.uncorrected)]
    ends += [("all, biases corrected", report.corrected)] if report.corrected else []
    first, *last = [(name, "", "", "", *_score(score), "", "") for name, score in ends]
    return [first, *(_layer(layer) for layer in report.layers), *last]


def _layer(layer: LayerCost) -> tuple[str, ...]:
    bits = [f"{n} bits" if n else "" for n in (layer.weight_bits, layer.activation_bits)]
    errors = ["" if e is None else f"{e:.2g}" for e in (layer.mean_error, layer.mean_error_corrected)]
    return (layer.name, layer.kind, *bits, *_score(layer.alone), *errors)


def _score(score: Score) -> tuple[str, str]:
    accuracy = "" if score.accuracy is None else f"{100 * score.accuracy:.2f} %"
    return accuracy, "" if score.snr_db is None else f"{score.snr_db:.1f} dB"
