"""Lessons: what teachers say of every row of some examples, computed once; and samples for them to label."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgeflow.datasets._data import Features
from edgeflow.errors import InputError
from edgeflow.training._augment import Examples
from edgeflow.training._fit import Logits
from edgeflow.training._framework import Model
from edgeflow.training._lab import Lab


def soft_labels(lab: Lab[Model], teachers: Sequence[Model], examples: Examples) -> Logits:
    """The teachers' mean logits of all rows, (rows, classes)."""
    return np.concatenate([lab.mean_logits(teachers, examples.copy(c)) for c in range(len(examples.taps))])


def hidden_activations(lab: Lab[Model], teachers: Sequence[Model], channels: int, examples: Examples) -> Features:
    """Of the teachers' last hidden layers side by side, (rows, values); those of images are averaged over positions,
    and all are scaled to a mean square of one."""

    def pooled(x: Features) -> Features:
        made = [lab.framework.hidden(model, x).reshape(len(x), -1, channels).mean(axis=1) for model in teachers]
        return np.concatenate(made, axis=1)

    found = np.concatenate([pooled(examples.copy(c)) for c in range(len(examples.taps))])
    scale = max(float(np.sqrt(np.square(found).mean())), 1e-12)
    return (found / scale).astype(np.float32)


def unlabelled(path: Path, features: int) -> Features:
    """Samples that a user has no labels of: the array ``x`` (samples, features) of an .npz, 0 to 1 like the data set's.

    Raises InputError.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            x = archive["x"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: needs an array x (samples, {features}) in an .npz: {error}") from None
    flat = x.reshape(len(x), -1) if x.ndim else x
    right = flat.shape[1:] == (features,) and np.issubdtype(x.dtype, np.floating)
    if not right or not ((flat >= 0) & (flat <= 1)).all():
        raise InputError(f"{path}: x is {x.dtype} {x.shape}; needs floats of 0 to 1, (samples, {features})")
    return flat.astype(np.float32)
