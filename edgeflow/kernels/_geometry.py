"""Windows over an image: which pixels each output pixel sees. What convolution, pooling, padding and resizing share.

Images are flat, channels last: value ``(row * width + column) * channels + channel``. A window lists its pixels row by
row ("taps"), all channels of each; taps outside the image are zero.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from edgeflow.circuit.graph import Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Integers

Pair = tuple[int, int]  # vertical, horizontal


@dataclass(frozen=True)
class Geometry:
    height: int
    width: int
    channels: int
    kernel: Pair = (1, 1)
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    before: Pair = (0, 0)  # padding: rows above, columns to the left
    after: Pair = (0, 0)  # padding: rows below, columns to the right
    repeat: Pair = (1, 1)  # nearest upsampling: each row and column seen so many times; for 1 x 1 kernels

    def __post_init__(self) -> None:
        sizes = (self.height, self.width, self.channels, *self.kernel, *self.stride, *self.dilation, *self.repeat)
        if min(sizes) < 1 or min(self.before + self.after) < 0:
            raise InputError(f"geometry: {self}: sizes are at least 1 and padding at least 0")
        if self.repeat != (1, 1) and (self.kernel != (1, 1) or self.before + self.after != (0, 0, 0, 0)):
            raise InputError(f"geometry: {self}: upsampling takes a 1 x 1 kernel without padding")
        if min(self.out_height, self.out_width) < 1:
            raise InputError(f"geometry: a window of {self.reach} does not fit the padded image; {self}")

    @property
    def reach(self) -> Pair:
        """Rows and columns from a window's first tap to its last."""
        vertical, horizontal = ((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation, strict=True))
        return vertical, horizontal

    @property
    def out_height(self) -> int:
        padded = self.height * self.repeat[0] + self.before[0] + self.after[0]
        return (padded - self.reach[0]) // self.stride[0] + 1

    @property
    def out_width(self) -> int:
        padded = self.width * self.repeat[1] + self.before[1] + self.after[1]
        return (padded - self.reach[1]) // self.stride[1] + 1

    @property
    def in_features(self) -> int:
        return self.height * self.width * self.channels

    @property
    def positions(self) -> int:
        """Output pixels."""
        return self.out_height * self.out_width

    @property
    def taps(self) -> int:
        """Pixels in a window."""
        return self.kernel[0] * self.kernel[1]

    @property
    def trivial(self) -> bool:
        """Whether each output pixel sees exactly its own input pixel."""
        return self.taps == 1 and np.array_equal(self.pixels[:, 0], np.arange(self.height * self.width))

    def rows(self) -> list[list[int]]:
        """Image row of each output row's kernel rows; -1 is padding."""
        return self._seen(0, self.out_height, self.height)

    def columns(self) -> list[list[int]]:
        """Image column of each output column's kernel columns; -1 is padding."""
        return self._seen(1, self.out_width, self.width)

    @cached_property
    def pixels(self) -> Integers:
        """Linear pixel index of every tap, (positions, taps); -1 is padding."""
        rows, columns = np.array(self.rows()), np.array(self.columns())
        linear = rows[:, None, :, None] * self.width + columns[None, :, None, :]
        inside = (rows >= 0)[:, None, :, None] & (columns >= 0)[None, :, None, :]
        return np.where(inside, linear, -1).reshape(self.positions, self.taps)

    def windows(self, x: Integers, outside: int = 0) -> Integers:
        """Every window of images (batch, in_features): (batch, positions, taps, channels); padding is ``outside``."""
        images = x.reshape(len(x), -1, self.channels)
        padded = np.concatenate([images, np.full((len(x), 1, self.channels), outside)], axis=1)
        seen: Integers = padded[:, self.pixels]
        return seen

    def window_terms(self, x: list[Term]) -> list[list[list[Term | None]]]:
        """The same for a circuit: [position][tap][channel]; None is padding."""
        c = self.channels
        return [
            [[None if p < 0 else x[p * c + i] for i in range(c)] for p in window] for window in self.pixels.tolist()
        ]

    def _seen(self, axis: int, outputs: int, size: int) -> list[list[int]]:
        found = []
        for o in range(outputs):
            at = [o * self.stride[axis] + k * self.dilation[axis] - self.before[axis] for k in range(self.kernel[axis])]
            found.append([p // self.repeat[axis] if 0 <= p < size * self.repeat[axis] else -1 for p in at])
        return found


def flat(features: int) -> Geometry:
    """A frame without image structure: one pixel with ``features`` channels."""
    return Geometry(1, 1, features)
