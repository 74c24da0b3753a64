"""Depthwise convolution: each channel has its own kernel, ``y[p, c] = bias[c] + sum_t window[p, t, c] * weight[t, c]``.

A 1 x 1 one is a scale and an offset for each channel (batch normalization); weights of one sum a pooling window.
Hardware: ef_window reads windows, all taps of a channel before the next; ef_dense multiplies them channel by channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from edgeflow.circuit.adders import matrix_product
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._channelwise import Channelwise
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._matrix import MatrixUnit, check_weights, sum_format
from edgeflow.kernels._unit import Fold, Shape, Stage, check_fold, whole_frame
from edgeflow.kernels._window import window_unit


@dataclass(frozen=True, eq=False)
class Depthwise(Channelwise):
    geometry: Geometry
    weight: Integers  # (kernel height, kernel width, channels)
    bias: Integers  # (channels,), already at the accumulator's scale
    x: Fixed
    w: Fixed

    def __post_init__(self) -> None:
        expected = (*self.geometry.kernel, self.geometry.channels)
        if self.weight.shape != expected or self.bias.shape != expected[2:]:
            raise InputError(f"depthwise: weight {self.weight.shape} is not {expected}: kernel and channels")
        check_weights(self.weight, self.w, "depthwise")

    @property
    def matrix(self) -> Integers:
        """Weights (taps, channels)."""
        return self.weight.reshape(-1, self.geometry.channels)

    @cached_property
    def y(self) -> Fixed:
        """The narrowest format that no window can overflow; padding counts as any input."""
        return sum_format(self.matrix, self.bias, self.x, self.x.frac + self.w.frac, "depthwise")

    def golden(self, x: Integers) -> Integers:
        """Map images (batch, in_features) to accumulators (batch, out_features), bit for bit."""
        windows = self.geometry.windows(x)  # (batch, positions, taps, channels)
        y: Integers = (windows * self.matrix).sum(axis=2) + self.bias
        return y.reshape(len(x), -1)

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        if shape == "parallel":
            return whole_frame(self)
        if shape == "unrolled" and self._comes_in_parts(lanes):
            shape = Fold(lanes[0], 1)
        return self._folded(shape) if isinstance(shape, Fold) else self.unrolled(shape)

    def _comes_in_parts(self, lanes: tuple[int, ...]) -> bool:
        """Whether channels come a few at a time, with nothing to wait for: then as many multipliers are enough."""
        channels = self.geometry.channels
        return self.geometry.trivial and bool(lanes) and lanes[0] < channels and channels % lanes[0] == 0

    def _folded(self, fold: Fold) -> list[Stage]:
        check_fold(self, fold, "depthwise")
        matrix = MatrixUnit(
            self.matrix, self.bias, self.x, self.w, self.y, fold, self.geometry.positions, channelwise=True
        ).unit()
        if self.geometry.trivial:
            return [matrix]
        return [window_unit(self.geometry, self.x, fold.pe * fold.simd, taps=fold.simd), matrix]

    def pixel(self, circuit: Circuit, window: Sequence[Sequence[Term | None]]) -> list[Term]:
        """One output pixel; taps that are padding are left out."""
        y = []
        for c, taps in enumerate(zip(*window, strict=True)):
            seen = [t for t, x in enumerate(taps) if x is not None]
            weight = self.matrix[seen, c][:, None]
            y += matrix_product(circuit, [x for x in taps if x is not None], weight, self.bias[c : c + 1])
        return y
