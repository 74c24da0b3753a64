"""Convolution: each output pixel is a matrix product of its window, ``y[p] = bias + window[p] @ weight``, exact.

One- and two-dimensional (height 1), strided, dilated, padded with zeros; 1 x 1 is pointwise. Hardware: ef_window reads
windows from a line buffer; behind it an adder graph (unrolled) or ef_dense (folded).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from edgeflow.circuit.adders import matrix_product
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._exact import matmul
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._matrix import MatrixUnit, check_weights, sum_format
from edgeflow.kernels._unit import Beat, Fold, Pixels, Shape, Stage, check_fold, divisors, whole_frame
from edgeflow.kernels._window import check_pixels, window_folds, window_unit
from edgeflow.network.network import Tensor


@dataclass(frozen=True, eq=False)
class Conv:
    geometry: Geometry
    weight: Integers  # (kernel height, kernel width, in_channels, out_channels)
    bias: Integers  # (out_channels,), already at the accumulator's scale
    x: Fixed
    w: Fixed

    def __post_init__(self) -> None:
        expected = (*self.geometry.kernel, self.geometry.channels, len(self.bias))
        if self.weight.shape != expected or self.bias.ndim != 1 or not self.weight.size:
            raise InputError(f"conv: weight {self.weight.shape} is not {expected}: kernel, in and out channels")
        check_weights(self.weight, self.w, "conv")

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return (Tensor(self.x, self.geometry.in_features),)

    @property
    def out_features(self) -> int:
        return self.geometry.positions * len(self.bias)

    @property
    def matrix(self) -> Integers:
        """Weights (taps * in_channels, out_channels), in the order in which a window lists its values."""
        return self.weight.reshape(-1, len(self.bias))

    @cached_property
    def y(self) -> Fixed:
        """The narrowest format that no window can overflow; padding counts as any input."""
        return sum_format(self.matrix, self.bias, self.x, self.x.frac + self.w.frac, "conv")

    def golden(self, x: Integers) -> Integers:
        """Map images (batch, in_features) to accumulators (batch, out_features), bit for bit."""
        windows = self.geometry.windows(x).reshape(len(x), self.geometry.positions, -1)
        y = matmul(windows, self.matrix, max(-self.x.lo, self.x.hi)) + self.bias
        return y.reshape(len(x), -1)

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        y: list[Term] = []
        for window in self.geometry.window_terms(x):
            terms = [term for tap in window for term in tap]
            there = np.array([term is not None for term in terms])
            y += matrix_product(circuit, [t for t in terms if t is not None], self.matrix[there], self.bias)
        return y

    def folds(self) -> tuple[list[int], list[int]]:
        return divisors(len(self.bias)), window_folds(self.geometry)

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        if shape == "parallel":
            return whole_frame(self)
        return self._folded(shape) if isinstance(shape, Fold) else self._unrolled(shape)

    def _folded(self, fold: Fold) -> list[Stage]:
        check_fold(self, fold, "conv")
        pointwise = self.geometry.trivial
        matrix = MatrixUnit(
            self.matrix, self.bias, self.x, self.w, self.y, fold, self.geometry.positions, replayed=pointwise
        )
        if pointwise:
            return [matrix.unit()]
        return [window_unit(self.geometry, self.x, fold.simd, repeats=matrix.out_folds), matrix.unit()]

    def _unrolled(self, shape: Shape) -> list[Stage]:
        pixels = check_pixels(self.geometry, shape.pixels if isinstance(shape, Pixels) else 1)
        n = self.geometry.taps * self.geometry.channels

        def build(circuit: Circuit, x: list[Term]) -> list[Term]:
            windows = [x[i : i + n] for i in range(0, len(x), n)]
            return [y for window in windows for y in matrix_product(circuit, window, self.matrix, self.bias)]

        beats = self.geometry.positions // pixels
        beat = Beat((self.x,), (n * pixels,), self.y, len(self.bias) * pixels, beats, build)
        if self.geometry.trivial:
            return [beat]
        return [window_unit(self.geometry, self.x, n, pixels=pixels), beat]
