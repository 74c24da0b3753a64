"""Shifted copies of images, made once: an epoch draws one copy of each image."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Classes, Features


@dataclass(frozen=True, eq=False)
class Examples:
    """All copies of all samples; copy c of sample s is row ``c * samples + s``."""

    x: Features  # (copies * samples, features)
    y: Classes  # (copies * samples,)
    samples: int

    def order(self, random: np.random.Generator, batch_size: int) -> NDArray[np.int32]:
        """Rows of one epoch (batches, batch_size): each sample once, as a random copy; the odd rest is left out."""
        batch_size = min(batch_size, self.samples)
        batches = self.samples // batch_size
        chosen = random.permutation(self.samples)[: batches * batch_size]
        copies = random.integers(len(self.x) // self.samples, size=chosen.size)
        return (copies * self.samples + chosen).astype(np.int32).reshape(batches, batch_size)


def shifted(x: Features, y: Classes, shape: tuple[int, ...], pixels: float) -> Examples:
    """The images, and each moved by ``pixels`` all 8 ways, a fraction by linear interpolation; zeros move in."""
    if pixels == 0:
        return Examples(x, y, len(x))
    height, width = shape[:2]
    images = x.reshape(len(x), height, width, -1)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))

    def move(image: Features, step: float, axis: int) -> Features:
        return (1 - abs(step)) * image + abs(step) * np.roll(image, int(np.sign(step)), axis)

    steps = (0.0, pixels, -pixels)
    copies = [move(move(padded, dy, 1), dx, 2)[:, 1:-1, 1:-1].reshape(x.shape) for dy, dx in product(steps, repeat=2)]
    return Examples(np.concatenate(copies).astype(np.float32), np.tile(y, len(copies)), len(x))
