"""What kernels share that see each channel of a window alone: depthwise convolution, max pooling, resizing."""

from collections.abc import Sequence
from typing import Any

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import Beat, Pixels, Shape, Stage, divisors
from edgeflow.kernels._window import check_pixels, window_unit
from edgeflow.network.network import Tensor


class Channelwise:
    """A base for dataclasses with the fields ``geometry`` and ``x``, which say what one output pixel is: ``pixel``."""

    geometry: Geometry
    x: Fixed

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return (Tensor(self.x, self.geometry.in_features),)

    @property
    def out_features(self) -> int:
        return self.geometry.positions * self.geometry.channels

    def folds(self) -> tuple[list[int], list[int]]:
        return divisors(self.geometry.channels), divisors(self.geometry.taps)

    def pixel(self, circuit: Circuit, window: Sequence[Sequence[Term | None]]) -> list[Term]:
        """One output pixel of a window [tap][channel]; None is padding."""
        raise NotImplementedError

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        return [y for window in self.geometry.window_terms(x) for y in self.pixel(circuit, window)]

    def unrolled(self: Any, shape: Shape, outside: int = 0) -> list[Stage]:
        """A window generator and, behind it, one or several output pixels a beat."""
        geometry = self.geometry
        pixels = check_pixels(geometry, shape.pixels if isinstance(shape, Pixels) else 1)
        c, n = geometry.channels, geometry.taps * geometry.channels

        def build(circuit: Circuit, x: list[Term]) -> list[Term]:
            windows = [[x[i + t : i + t + c] for t in range(0, n, c)] for i in range(0, len(x), n)]
            return [y for window in windows for y in self.pixel(circuit, window)]

        beat = Beat((self.x,), (n * pixels,), self.y, c * pixels, geometry.positions // pixels, build)
        if geometry.trivial:
            return [beat]
        return [window_unit(geometry, self.x, n, geometry.taps, outside, pixels=pixels), beat]
