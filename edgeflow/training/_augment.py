"""Shifted copies of images: an epoch draws one copy of each image. None is kept: a copy is made when it is drawn."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Classes, Features

STAY = (0, 1, 0)


@dataclass(frozen=True, eq=False)
class Examples:
    """Samples and all their copies; copy c of sample s is row ``c * samples + s``.

    The copies: as it is, and moved by ``pixels`` all 8 ways, a fraction by linear interpolation; zeros move in.
    """

    x: Features  # (samples, features)
    y: Classes  # (samples,); -1 where only a teacher labels
    shape: tuple[int, ...]  # of a sample
    pixels: float

    @property
    def samples(self) -> int:
        return len(self.x)

    @property
    def all_labelled(self) -> bool:
        return bool((self.y >= 0).all())

    def with_unlabelled(self, x: Features) -> "Examples":
        """More samples, for teachers to label."""
        unknown = np.full(len(x), -1, self.y.dtype)
        return replace(self, x=np.concatenate([self.x, x]), y=np.concatenate([self.y, unknown]))

    @property
    def taps(self) -> NDArray[np.float32]:
        """What each pixel takes of its 3 x 3 neighbours, (copies, 3, 3)."""
        step = self.pixels
        if not step:
            return np.array([np.outer(STAY, STAY)], np.float32)
        moves = (STAY, (step, 1 - step, 0), (0, 1 - step, step))
        return np.array([np.outer(dy, dx) for dy, dx in product(moves, repeat=2)], np.float32)

    def copy(self, c: int) -> Features:
        """One copy of all samples."""
        if c == 0:
            return self.x
        height, width, channels = self.shape
        padded = np.pad(self.x.reshape(-1, height, width, channels), ((0, 0), (1, 1), (1, 1), (0, 0)))
        moved = np.zeros((self.samples, *self.shape), np.float32)
        for (i, j), tap in np.ndenumerate(self.taps[c]):
            if tap:
                moved += tap * padded[:, i : i + height, j : j + width]
        return moved.reshape(self.x.shape)

    def order(self, random: np.random.Generator, batch_size: int) -> NDArray[np.int32]:
        """Rows of one epoch (batches, batch_size): each sample once, as a random copy; the odd rest is left out."""
        batch_size = min(batch_size, self.samples)
        batches = self.samples // batch_size
        chosen = random.permutation(self.samples)[: batches * batch_size]
        copies = random.integers(len(self.taps), size=chosen.size)
        return (copies * self.samples + chosen).astype(np.int32).reshape(batches, batch_size)
