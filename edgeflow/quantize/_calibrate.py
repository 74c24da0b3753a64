"""From calibration samples to every quantizer of a network: its scale, its sign, its bits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError, UnknownNameError
from edgeflow.frontends._onnx_graph import OnnxGraph
from edgeflow.frontends._onnx_values import OnnxNode
from edgeflow.quantize._float import FloatModel
from edgeflow.quantize._grid import Grid, Scheme
from edgeflow.quantize._places import INPUT, Place, layers, places
from edgeflow.quantize._ranges import Choice, Part, scale
from edgeflow.quantize._session import chunks, parts

KEPT = 2**17  # values of one tensor that a scale is chosen on, its extremes always among them
BITS = (2, 12)  # of a quantizer; a step of each bit more doubles an activation's thresholds
SEED = 1  # of which values are kept


@dataclass(frozen=True)
class Bits:
    """Of every layer, but for those named: (weights, activations behind them)."""

    weights: int = 8
    activations: int = 8
    input: int = 8
    layers: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = [self.weights, self.activations, self.input, *(n for pair in self.layers.values() for n in pair)]
        if wrong := [n for n in given if not BITS[0] <= n <= BITS[1]]:
            raise InputError(f"{wrong[0]} bits: a quantizer has {BITS[0]} to {BITS[1]}")

    def of(self, layer: str) -> tuple[int, int]:
        return self.layers.get(layer, (self.weights, self.input if layer == INPUT else self.activations))


def scheme(model: FloatModel, x: NDArray[np.float32], bits: Bits, choice: Choice, per_channel: bool) -> Scheme:
    """Every quantizer, for calibration samples (samples, *shape). Raises InputError for bits of no layer."""
    weighted, placed = layers(model.graph), places(model.graph)
    known = [node.name for node in weighted]
    for name in bits.layers:
        if name not in known:
            raise UnknownNameError("bits", name, known)
    values = seen(model, x, [place.tensor for place in placed])
    weights = {
        node.name: weight_grid(model.graph, node, bits.of(node.name)[0], choice, per_channel) for node in weighted
    }
    return Scheme(weights, _activations(placed, values, bits, choice))


def seen(model: FloatModel, x: NDArray[np.float32], tensors: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Of each tensor its least and greatest value and a part of all others, at most ``KEPT``."""
    random, found = np.random.default_rng(SEED), defaultdict[str, list[NDArray[Any]]](list)
    share = max(1, KEPT // chunks(x))
    for part in parts(model.graph, model.opset, x, tensors):
        for name in tensors:
            values = part[name].ravel()
            if not np.isfinite(values).all():
                raise InputError(f"tensor {name!r}: inf or nan on the calibration data; check the model and the data")
            few = values if values.size <= share else values[random.integers(0, values.size, share)]
            found[name] += [few, np.array([values.min(), values.max()])]
    return {name: np.concatenate(values) for name, values in found.items()}


def weight_grid(graph: OnnxGraph, node: OnnxNode, bits: int, choice: Choice, per_channel: bool) -> Grid:
    """Symmetric; ``per_channel`` gives each output its own scale."""
    weight, axis = graph.constants[node.inputs[1]], output_axis(node)
    grid = Grid(np.ones((), np.float32), bits, signed=True, narrow=True)
    rows = np.moveaxis(weight, axis, 0).reshape(weight.shape[axis], -1) if per_channel else weight.reshape(1, -1)
    scales = np.array([scale([Part(row, *grid.ends)], choice) for row in rows], np.float32)
    shape = [1] * weight.ndim
    shape[axis] = len(scales)
    return Grid(scales.reshape(shape if per_channel else ()), bits, signed=True, narrow=True)


def output_axis(node: OnnxNode) -> int:
    """Of a weight's axes the one that counts its outputs."""
    return 0 if node.op == "Conv" or node.integer("transB", 0) else 1


def _activations(
    placed: Sequence[Place], values: Mapping[str, NDArray[np.float32]], bits: Bits, choice: Choice
) -> dict[str, Grid]:
    """Places that share a scale get the one that suits them together; sign and bits are each one's own."""
    groups = defaultdict[str, list[tuple[Place, Grid]]](list)
    for place in placed:
        positive = place.positive or (place.layer == INPUT and float(values[place.tensor].min()) >= 0)
        grid = Grid(np.ones((), np.float32), bits.of(place.layer)[1], signed=not positive, narrow=False)
        groups[place.shared].append((place, grid))
    made = {}
    for group in groups.values():
        one = scale([Part(values[place.tensor], *grid.ends) for place, grid in group], choice)
        made.update({p.tensor: Grid(np.asarray(one), g.bits, g.signed, g.narrow) for p, g in group})
    return made
