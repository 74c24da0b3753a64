"""What kernels share that map each value alone: one input, as many values out, any number of lanes a beat."""

from typing import Any

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._unit import Shape, Stage, elementwise, whole_frame
from edgeflow.network.network import Tensor


class Elementwise:
    """A base for dataclasses with the fields ``x`` (format) and ``features``."""

    x: Fixed
    features: int

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return (Tensor(self.x, self.features),)

    @property
    def out_features(self) -> int:
        return self.features

    def stages(self: Any, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        return whole_frame(self) if shape == "parallel" else elementwise(self, lanes)
