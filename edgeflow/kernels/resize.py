"""Resize: each output pixel is one input pixel or zero: zero padding, nearest upsampling, cropping by strides.

Hardware: ef_window with a 1 x 1 kernel; in a whole frame, wires.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._channelwise import Channelwise
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import Fold, Shape, Stage, check_fold, whole_frame
from edgeflow.kernels._window import window_unit


@dataclass(frozen=True)
class Resize(Channelwise):
    geometry: Geometry
    x: Fixed

    def __post_init__(self) -> None:
        if self.geometry.taps != 1:
            raise InputError(f"resize: a kernel of {self.geometry.kernel} is not 1 x 1")

    @property
    def y(self) -> Fixed:
        return self.x

    def golden(self, x: Integers) -> Integers:
        """Map images (batch, in_features) to (batch, out_features)."""
        return self.geometry.windows(x).reshape(len(x), -1)

    def pixel(self, circuit: Circuit, window: Sequence[Sequence[Term | None]]) -> list[Term]:
        return [circuit.const(0) if term is None else term for term in window[0]]

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        if shape == "parallel":
            return whole_frame(self)
        if isinstance(shape, Fold):
            check_fold(self, shape, "resize")
        return [window_unit(self.geometry, self.x, shape.pe if isinstance(shape, Fold) else self.geometry.channels)]
