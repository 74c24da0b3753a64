"""A student that begins where post-training quantization ends: with the weights of a float network of its shape.

A student's formats are given, a float network's numbers are not: weights and biases shall lie in [-1, 1), activations
in [0, 2**i). ReLUs, pools and sums let a positive factor through, so each layer's output gets a factor of its own,
chosen by the least noise of rounding and saturation on the data, and the next layer's weights take it out again. The
logits end up scaled as a whole. Then biases are corrected layer by layer, so that each output has its float mean again
(M. Nagel et al., ICCV 2019, section 4.2); a batch norm gets the float output's mean and deviation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Features
from edgeflow.errors import InputError
from edgeflow.recipe import FloatNetwork, Student
from edgeflow.recipe_layers import Activated, OutputLayer, Weighted
from edgeflow.recipe_layout import Placed, Shape, weighted
from edgeflow.training._framework import Framework, Model
from edgeflow.training._trained import LayerWeights, Norm, Sums, Weights

SAMPLES = 1000  # that factors and biases are found on, at most
FACTORS = 2.0 ** (np.arange(-8, 17) / 4)  # of the largest at which no weight saturates

Array = NDArray[np.floating]


def twin(student: Student) -> FloatNetwork:
    """The float network of a student's shape. Raises InputError for an activation that is no ReLU."""
    return FloatNetwork.model_validate({"hidden": [_float(layer.model_dump()) for layer in student.hidden]})


def start(framework: Framework[Model], network: Model, student: Model, spec: Student, shape: Shape, classes: int,
          x: Features) -> None:  # fmt: skip
    """Fill ``student`` from ``network``, a trained ``twin`` of it, by what samples ``x`` make of both."""
    x = x[np.linspace(0, len(x) - 1, min(SAMPLES, len(x))).astype(np.int64)]
    layout = spec.layout(shape, classes)
    weights, sums = framework.weights(network), framework.sums(network, x, [placed.name for placed in _summing(layout)])
    scales = _Scales(spec, weights, sums).of(layout)
    scaled = {
        name: LayerWeights(weights[name].kernel * scale.kernel, weights[name].bias * scale.y)
        for name, scale in scales.items()
    }
    framework.fill(student, scaled)
    for placed in weighted(layout):
        name = placed.name
        wanted, made = sums[name] * scales[name].y, framework.sums(student, x, [name])[name]
        if placed.norm:
            norm = Norm(wanted.std(axis=0), wanted.mean(axis=0), made.mean(axis=0), made.var(axis=0))
            framework.fill_norm(student, placed.norm, norm)
        else:
            kernel, bias = scaled[name]
            framework.fill(student, {name: LayerWeights(kernel, bias + (wanted.mean(axis=0) - made.mean(axis=0)))})


def _float(layer: dict[str, object]) -> dict[str, object]:
    if layer.get("activation", "relu") != "relu":
        raise InputError(
            f"activation: {layer['activation']}: a float network has ReLUs; train this student from scratch"
        )
    kept = {key: value for key, value in layer.items() if key in FLOAT}
    if isinstance(branch := kept.get("residual"), list):
        kept["residual"] = [_float(inner) for inner in branch]
    return kept


FLOAT = ("units", "filters", "kernel", "depthwise", "stride", "padding", "pool", "size", "global_pool", "residual")


def _summing(layout: Sequence[Placed]) -> Iterator[Placed]:
    """Layers whose outputs are sums: those with weights and residual ones."""
    for placed in layout:
        yield from _summing(placed.branch)
        if placed.branch or isinstance(placed.layer, Weighted):
            yield placed


@dataclass(frozen=True)
class Scale:
    """By what a layer's kernel and its outputs are multiplied."""

    kernel: float
    y: float


@dataclass(frozen=True, eq=False)
class _Scales:
    spec: Student
    weights: Weights
    sums: Sums

    def of(self, layout: Sequence[Placed], x: float = 1.0, last: float | None = None) -> dict[str, Scale]:
        """For inputs scaled by ``x``; by ``last``, if it is given, the last layer's outputs shall be scaled."""
        found: dict[str, Scale] = {}
        for i, placed in enumerate(layout):
            if placed.branch:
                found |= self.of(placed.branch, x, last=x)  # both sides of its sum share a factor
            elif isinstance(placed.layer, Weighted):
                behind = layout[i + 1 :]
                y = last if last and not behind else self._y(placed, behind, x, last)
                kernel = self._alone(placed) if placed.norm else y / x
                found[placed.name], x = Scale(kernel, y), y
        return found

    def _y(self, placed: Placed, behind: Sequence[Placed], x: float, last: float | None) -> float:
        """The least noise: of kernel and bias, of activations behind them, of a next kernel whose outputs are given."""
        ahead = list(_until_weights(behind))
        activated = [placed, *(one for one in ahead if one.branch)]
        given = behind[-1] if last and len(ahead) + 1 == len(behind) else None

        def noise(y: float) -> float:
            total = 0.0 if placed.norm else self._kernel_noise(placed, y / x) + self._bias_noise(placed, y)
            if given and last and not given.norm:
                total += self._kernel_noise(given, last / y)
            return total + sum(self._activation_noise(one, y) for one in activated if one.activation)

        return min(self._fitting(placed) * x, key=noise)

    def _alone(self, placed: Placed) -> float:
        """The best factor of a kernel whose scale a batch norm takes out again."""
        return min(self._fitting(placed), key=lambda factor: self._kernel_noise(placed, factor))

    def _fitting(self, placed: Placed) -> Array:
        """Factors around that by which the kernel just fits."""
        fitting: Array = FACTORS / max(float(np.abs(self.weights[placed.name].kernel).max()), 1e-9)
        return fitting

    def _kernel_noise(self, placed: Placed, factor: float) -> float:
        """None where training finds the scale."""
        layer, kernel = placed.layer, self.weights[placed.name].kernel * factor
        assert isinstance(layer, Weighted)
        given = self._fixed and (isinstance(layer, OutputLayer) or not self.spec.per_channel)
        return _noise(kernel, _weight(kernel, layer.weight_bits)) if given else 0.0

    def _bias_noise(self, placed: Placed, y: float) -> float:
        """Against what it is added to."""
        layer, bias = placed.layer, self.weights[placed.name].bias * y
        assert isinstance(layer, Weighted)
        return (
            _power(_weight(bias, layer.bias_bits) - bias) / _power(self.sums[placed.name] * y) if self._fixed else 0.0
        )

    @property
    def _fixed(self) -> bool:
        return self.spec.scale == "power_of_two"

    def _activation_noise(self, placed: Placed, y: float) -> float:
        layer = placed.layer
        assert isinstance(layer, Activated)
        step = 2.0 ** (layer.activation_integer_bits - layer.activation_bits)
        real = np.maximum(self.sums[placed.name] * y, 0)
        return _noise(real, np.clip(np.rint(real / step), 0, 2**layer.activation_bits - 1) * step)


def _until_weights(layout: Sequence[Placed]) -> Iterator[Placed]:
    for placed in layout:
        if isinstance(placed.layer, Weighted):
            return
        yield placed


def _weight(x: Array, bits: int) -> Array:
    """On the grid of [-1, 1); one bit is a sign."""
    if bits == 1:
        return np.where(x >= 0, 0.5, -0.5)
    top = 2.0 ** (bits - 1)
    rounded: Array = np.clip(np.rint(x * top), -top, top - 1) / top
    return rounded


def _noise(real: Array, rounded: Array) -> float:
    return _power(rounded - real) / _power(real)


def _power(x: Array) -> float:
    return max(float(np.square(x, dtype=np.float64).mean()), 1e-12)
