"""A float model and samples to a QONNX file and a report: calibrate, correct biases, measure, write.

The file then goes through ``edgeflow import``, which is exact. Biases and batch norms stay floats: they are thresholds
in hardware.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto

from edgeflow.errors import InputError
from edgeflow.frontends._keras_file import SUFFIXES as KERAS
from edgeflow.frontends._onnx_file import SUFFIXES as ONNX
from edgeflow.quantize import _bias, _data
from edgeflow.quantize._calibrate import Bits, scheme
from edgeflow.quantize._float import FloatModel, read_float
from edgeflow.quantize._grid import Scheme
from edgeflow.quantize._insert import executable, qonnx
from edgeflow.quantize._keras import read_keras
from edgeflow.quantize._places import INPUT, layers, places
from edgeflow.quantize._ranges import Choice
from edgeflow.quantize._score import Score, score
from edgeflow.quantize._session import output, parts
from edgeflow.quantize._write import model_of
from edgeflow.quantize.report import LayerCost, Report

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Wish:
    """What the user wants of the quantized network."""

    bits: Bits = field(default_factory=Bits)
    choice: Choice = field(default_factory=Choice)
    per_channel: bool = True
    correct_bias: bool = True
    samples: int = 1000  # that calibrate, at most


@dataclass(frozen=True, eq=False)
class Quantized:
    model: ModelProto
    report: Report

    def save(self, path: Path) -> dict[str, Path]:
        """The file and its report beside it, by what they are."""
        report = path.with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.model.SerializeToString())
        report.write_text(self.report.json())
        return {"model": path, "report": report}


def run(path: Path, data: str, labels: Path | None, wish: Wish, progress: Progress) -> Quantized:
    """Raises InputError."""
    progress(f"read {path.name}")
    model = _read(path)
    samples = _data.read(data, labels, model.graph.shape, wish.samples)
    return quantize(model, path.stem, samples, wish, progress)


def quantize(model: FloatModel, name: str, samples: _data.Samples, wish: Wish, progress: Progress) -> Quantized:
    progress(f"calibrate on {len(samples.calibration):,} samples")
    grids = scheme(model, samples.calibration, wish.bits, wish.choice, wish.per_channel)
    final = model
    if wish.correct_bias:
        final = _bias.corrected(model, grids, samples.calibration, progress)
    report = _Measure(model, final, grids, samples, progress).report(name, wish)
    shape = next(parts(model.graph, model.opset, samples.measured[:1], [model.graph.output]))[model.graph.output].shape
    written = model_of(qonnx(final.graph, grids), model.opset, [model.graph.output], shape[1:])
    return Quantized(written, report)


def _read(path: Path) -> FloatModel:
    if path.suffix.lower() in KERAS:
        return read_keras(path)
    if path.suffix.lower() in ONNX:
        return read_float(path)
    ends = ", ".join((*ONNX, *KERAS))
    raise InputError(f"{path}: a float model file ends in {ends}, not {path.suffix or 'nothing'}")


class _Measure:
    """One float network, its corrected twin and their quantizers on the samples that are measured."""

    def __init__(self, model: FloatModel, final: FloatModel, grids: Scheme, samples: _data.Samples, progress: Progress):
        self.model, self.final, self.grids, self.samples, self.progress = model, final, grids, samples, progress
        self.reference = self._logits(model, Scheme())

    def report(self, name: str, wish: Wish) -> Report:
        per_layer = self._layers()
        self.progress("measure all layers together")
        return Report(
            name,
            self.samples.source,
            len(self.samples.calibration),
            len(self.samples.measured),
            wish.choice.method.value,
            "power_of_two" if wish.choice.power_of_two else "float",
            wish.per_channel,
            score(self.reference, self.reference, self.samples.labels),
            per_layer,
            self._score(self.model, self.grids),
            self._score(self.final, self.grids) if wish.correct_bias else None,
            self.model.notices,
        )

    def _layers(self) -> tuple[LayerCost, ...]:
        errors = [self._mean_errors(model) for model in (self.model, self.final)]
        kinds = {INPUT: ""} | {node.name: node.op for node in layers(self.model.graph)}
        return tuple(self._layer(name, kind, *(each.get(name) for each in errors)) for name, kind in kinds.items())

    def _layer(self, name: str, kind: str, error: float | None, corrected: float | None) -> LayerCost:
        self.progress(f"measure: {name} alone")
        weights = {key: grid for key, grid in self.grids.weights.items() if key == name}
        behind = [place.tensor for place in places(self.model.graph) if place.layer == name]
        activations = {tensor: self.grids.activations[tensor] for tensor in behind}
        alone = self._score(self.model, Scheme(weights, activations))
        weight_bits = weights[name].bits if name in weights else None
        activation_bits = next((grid.bits for grid in activations.values()), None)
        return LayerCost(name, kind, weight_bits, activation_bits, alone, error, corrected)

    def _mean_errors(self, model: FloatModel) -> dict[str, float]:
        """On the measured samples, which no bias was corrected on."""
        graph, x, of = self.model.graph, self.samples.measured, layers(self.model.graph)
        wanted = _bias.means(graph, model.opset, x, of)
        found = _bias.means(executable(model.graph, self.grids), model.opset, x, of)
        return {name: float(np.abs(found[name] - wanted[name]).max()) for name in wanted}

    def _score(self, model: FloatModel, grids: Scheme) -> Score:
        return score(self._logits(model, grids), self.reference, self.samples.labels)

    def _logits(self, model: FloatModel, grids: Scheme) -> NDArray[np.float32]:
        return output(executable(model.graph, grids), model.opset, self.samples.measured)
