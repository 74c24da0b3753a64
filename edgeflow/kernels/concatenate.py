"""Concatenate: frames of one format side by side, pixel by pixel; wires.

Along any axis of an image: ``pixels`` counts what lies before that axis, ``channels`` what lies behind it, per input.
"""

from dataclasses import dataclass

import numpy as np

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._unit import Beat, Shape, Stage, comes_whole, whole_frame
from edgeflow.network.network import Tensor


@dataclass(frozen=True)
class Concatenate:
    x: Fixed
    channels: tuple[int, ...]
    pixels: int

    def __post_init__(self) -> None:
        if len(self.channels) < 2 or min(self.channels) < 1 or self.pixels < 1:
            raise InputError(
                f"concatenate: {self.channels} channels of {self.pixels} pixels; two inputs or more of one"
            )

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return tuple(Tensor(self.x, self.pixels * n) for n in self.channels)

    @property
    def out_features(self) -> int:
        return self.pixels * sum(self.channels)

    @property
    def y(self) -> Fixed:
        return self.x

    def golden(self, *x: Integers) -> Integers:
        """Map frames, each (batch, pixels * channels), to one (batch, out_features)."""
        parts = [part.reshape(len(part), self.pixels, -1) for part in x]
        return np.concatenate(parts, axis=2).reshape(len(x[0]), -1)

    def circuit(self, circuit: Circuit, *x: list[Term]) -> list[Term]:
        return _side_by_side(x, self.channels)

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        if shape == "parallel" or comes_whole(self, lanes):
            return whole_frame(self)
        formats = (self.x,) * len(self.channels)
        return [Beat(formats, self.channels, self.x, sum(self.channels), self.pixels, self.circuit)]


def _side_by_side(x: tuple[list[Term], ...], channels: tuple[int, ...]) -> list[Term]:
    pixels = len(x[0]) // channels[0]  # of a frame or of a beat
    return [
        term for p in range(pixels) for part, n in zip(x, channels, strict=True) for term in part[p * n : (p + 1) * n]
    ]
