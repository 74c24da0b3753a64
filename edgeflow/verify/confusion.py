"""Which class was taken for which: counts over labelled samples."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = tuple[tuple[int, ...], ...]  # row: the true class; column: the class that the logits name


def confusion(logits: NDArray[np.floating[Any]], labels: NDArray[np.integer]) -> Counts:
    """Of the first ``len(labels)`` samples. The diagonal is what is right; no labels give no rows."""
    if not len(labels):
        return ()
    named = logits[: len(labels)].argmax(axis=1)
    classes = max(logits.shape[1], int(labels.max()) + 1)  # a label may have no logit
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, named), 1)
    return tuple(tuple(row) for row in counts.tolist())
