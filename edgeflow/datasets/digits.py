"""Handwritten digits, 8 x 8 grey pixels, 10 classes, 1797 samples: the test part of UCI's optical recognition set.

Pixels count ink in 4 x 4 blocks, so they are 0 to 16. Feature = min(pixel, 15) / 16: an unsigned 4-bit number, exact
on the power-of-two grid of a hardware input. Only full-ink pixels change (16 -> 15), by one step of sixteen; halving
the grid instead would cost every pixel its lowest bit, and a fifth bit would widen every first-layer operand.
"""

import numpy as np

from edgeflow.datasets._data import Dataset, stratified_split, verify_checksum

SHAPE = (8, 8, 1)
CLASSES = 10

SOURCE = "scikit-learn load_digits; E. Alpaydin, C. Kaynak (1998), UCI machine learning repository, doi:10.24432/C50P49"
LICENCE = "CC BY 4.0"
CHECKSUM = "9412306fcce78e42a62b53b9d042f3208a5a9def042d75be348d43b1647f21f4"
SPLIT_SEED = 0
TRAIN_SHARE, VALIDATION_SHARE = 0.65, 0.15  # test: the remaining fifth


def identity() -> str:
    return CHECKSUM


def load() -> Dataset:
    """The three splits as float32 (samples, 64). Raises InputError if scikit-learn's copy is not the known one."""
    from sklearn.datasets import load_digits  # here, because reading SHAPE must stay cheap

    pixels, labels = load_digits(return_X_y=True)
    pixels, labels = pixels.astype(np.uint8), labels.astype(np.int64)
    verify_checksum("digits", CHECKSUM, "install the scikit-learn of constraints.txt", pixels, labels)
    x = (np.minimum(pixels, 15) / 16).astype(np.float32)  # (1797, 64)
    train, validation, test = stratified_split(labels, (TRAIN_SHARE, VALIDATION_SHARE), SPLIT_SEED)
    return Dataset(
        "digits", SOURCE, LICENCE, CHECKSUM,
        x[train], labels[train], x[validation], labels[validation], x[test], labels[test],
    )  # fmt: skip
