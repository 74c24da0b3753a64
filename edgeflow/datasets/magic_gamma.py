"""MAGIC telescope trigger: is a shower a gamma ray's (1) or a hadron's (0)? 10 features; in the data cache alone.

Features are shapes of the camera's image, in millimetres, degrees and logarithms. Each is mapped to [0, 1) by the range
that holds all but a thousandth at either end of the training split; what lies outside saturates, for a few showers lie
so far out that they would leave a low-bit input few steps for all others. 65 % of the showers are gammas.
"""

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Dataset, Features, known, stratified_split

SHAPE = (10,)
CLASSES = 2

SOURCE = "R. Bock: MAGIC gamma telescope (2007), UCI machine learning repository, doi:10.24432/C52C8B"
LICENCE = "CC BY 4.0"
FILE = "magic_gamma.npz"
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
CHECKSUM = "c7057846585aeebee1b68be21797f89f564700f01686ad26fe2857d5f2ab8181"
SPLIT_SEED = 0
TRAIN_SHARE = 0.85  # of the file's training samples; validation: the rest
OUTSIDE_PERCENT = 0.1
HIGHEST = np.float32(1 - 2**-16)  # below 1, whatever bits an input has


def identity() -> str:
    return CHECKSUM


def load() -> Dataset:
    """The three splits as float32 (samples, 10). Raises InputError without the file."""
    x, y, x_test, y_test = known("magic_gamma", FILE, ARRAYS, CHECKSUM, SOURCE)
    y, y_test = y.astype(np.int64), y_test.astype(np.int64)
    train, validation = stratified_split(y, (TRAIN_SHARE,), SPLIT_SEED)
    least, most = np.percentile(x[train], (OUTSIDE_PERCENT, 100 - OUTSIDE_PERCENT), axis=0)
    x, x_test = _scaled(x, least, most), _scaled(x_test, least, most)
    return Dataset(
        "magic_gamma", SOURCE, LICENCE, CHECKSUM,
        x[train], y[train], x[validation], y[validation], x_test, y_test,
    )  # fmt: skip


def _scaled(x: NDArray[np.float32], least: NDArray[np.float64], most: NDArray[np.float64]) -> Features:
    return np.clip(((x - least) / (most - least)).astype(np.float32), 0, HIGHEST)
