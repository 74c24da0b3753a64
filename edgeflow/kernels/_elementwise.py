"""What kernels share that map each value alone, all by one rule or each channel by its own: one input, as many out."""

from typing import Any

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._unit import Beat, Shape, Stage, comes_whole, elementwise, whole_frame
from edgeflow.network.network import Tensor


class Elementwise:
    """A base for dataclasses with the fields ``x`` (format) and ``features``; any number of lanes a beat."""

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


class ChannelByChannel:
    """A base for dataclasses with the fields ``x`` (format) and ``pixels``; a pixel a beat, unless all are alike."""

    x: Fixed
    pixels: int

    @property
    def channels(self) -> int:
        """How many rules there are."""
        raise NotImplementedError

    @property
    def alike(self) -> bool:
        """Whether they are all the same."""
        raise NotImplementedError

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return (Tensor(self.x, self.out_features),)

    @property
    def out_features(self) -> int:
        return self.pixels * self.channels

    def stages(self: Any, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        if shape == "parallel" or comes_whole(self, lanes):
            return whole_frame(self)
        if self.alike:
            return elementwise(self, lanes)
        return [Beat((self.x,), (self.channels,), self.y, self.channels, self.pixels, self.circuit)]
