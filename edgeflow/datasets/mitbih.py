"""Heart beats of the MIT-BIH arrhythmia database, 128 samples at 180 Hz, 4 AAMI classes; in the data cache alone.

Patients never mix: test is de Chazal's DS2, and of DS1 the records of VALIDATION choose, the others train. (Records
201 of DS1 and 202 of DS2 are one man's, as everywhere that this split is used.) Of AAMI's classes normal N,
supraventricular S, ventricular V and fusion F stay; unclassifiable Q has 15 of 100,694 beats, too few to learn.

89 % of the test beats are N, so accuracy says little: a network that always answers N has 89 %, and a balanced
accuracy (the mean over classes, in every report beside the other) of 25 %. S differs from N mostly in its time,
which a beat alone hardly shows.

Feature = (sample - the beat's median) / 1024 + 1/2, from -2.56 to 2.56 mV: exact on the grid of an unsigned 10-bit
input and below 1. The median takes out the electrodes' offset, which is another one in each record.
"""

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Dataset, Features, known

SHAPE = (128, 1)
CLASSES = 4

SOURCE = "G. Moody, R. Mark: MIT-BIH arrhythmia database 1.0.0 (2005), PhysioNet, doi:10.13026/C2F305"
LICENCE = "ODC-BY 1.0"
FILE = "mitbih_beats_aami.npz"
ARRAYS = ("x_train", "y_train", "rec_train", "x_test", "y_test", "rec_test")
CHECKSUM = "abc798c61e0bd5f6ad3e9fb79a4eac6457bf15468b0d8463910d4a14b535e2dc"
VALIDATION = (114, 118, 207, 223)  # records of DS1 with beats of every class: 17 % of N, 31 % of S, 20 % of V, 4 % of F
LIMIT = 512  # ADC counts, 200 a millivolt


def identity() -> str:
    return CHECKSUM


def load() -> Dataset:
    """The three splits as float32 (samples, 128). Raises InputError without the file."""
    x, y, records, x_test, y_test, _ = known("mitbih", FILE, ARRAYS, CHECKSUM, SOURCE)
    classified, chosen = y < CLASSES, np.isin(records, VALIDATION)
    train, validation, test = classified & ~chosen, classified & chosen, y_test < CLASSES
    y, y_test = y.astype(np.int64), y_test.astype(np.int64)
    return Dataset(
        "mitbih", SOURCE, LICENCE, CHECKSUM,
        _features(x[train]), y[train], _features(x[validation]), y[validation], _features(x_test[test]), y_test[test],
    )  # fmt: skip


def _features(samples: NDArray[np.int16]) -> Features:
    offset = np.floor(np.median(samples, axis=1, keepdims=True)).astype(np.int64)
    counts = np.clip(samples.astype(np.int64) - offset + LIMIT, 0, 2 * LIMIT - 1)
    return np.asarray(counts / (2 * LIMIT), np.float32)
