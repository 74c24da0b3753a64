"""Spoken digits, 24 x 16 log-mel energies, 10 classes, 3,000 recordings of 6 speakers; in the data cache alone.

An image of 24 mel bands and 16 moments, 8 bits each. Feature = energy / 256: exact on the grid of an unsigned 8-bit
input and below 1. The test split is the data set's own, recordings 0 to 4 of each digit and speaker: speakers are the
same in all splits, so scores are for known voices.
"""

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Dataset, Features, known, stratified_split

SHAPE = (24, 16, 1)
CLASSES = 10

SOURCE = "Z. Jackson et al.: Free Spoken Digit Dataset, github.com/Jakobovski/free-spoken-digit-dataset"
LICENCE = "CC BY-SA 4.0"
FILE = "fsdd_logmel.npz"
ARRAYS = ("x_train", "y_train", "spk_train", "x_test", "y_test")
CHECKSUM = "4db424c93e702aa73771afd6be1cf23a0d91270003e4d58efb4d026f18e7dfa7"
SPLIT_SEED = 0
TRAIN_SHARE = 0.9  # of the 2,700; validation: the rest, the same mix of digits and speakers


def identity() -> str:
    return CHECKSUM


def load() -> Dataset:
    """The three splits as float32 (samples, 384). Raises InputError without the file."""
    x, y, speakers, x_test, y_test = known("fsdd", FILE, ARRAYS, CHECKSUM, SOURCE)
    y, y_test = y.astype(np.int64), y_test.astype(np.int64)
    voices = np.unique(speakers, return_inverse=True)[1]
    train, validation = stratified_split(voices * CLASSES + y, (TRAIN_SHARE,), SPLIT_SEED)
    x, x_test = _features(x), _features(x_test)
    return Dataset(
        "fsdd", SOURCE, LICENCE, CHECKSUM,
        x[train], y[train], x[validation], y[validation], x_test, y_test,
    )  # fmt: skip


def _features(energies: NDArray[np.uint8]) -> Features:
    return (energies.reshape(len(energies), -1) / np.float32(256)).astype(np.float32)
