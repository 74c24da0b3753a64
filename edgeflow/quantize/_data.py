"""Samples to calibrate on, and others to measure on: a data set of the catalog, or a file of arrays."""

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow import catalog
from edgeflow.errors import InputError, UnknownNameError
from edgeflow.frontends import _samples

FILES = (".npy", ".npz")
EVERY = 5  # of a file's samples every fifth is measured, the others calibrate
LEAST = 10  # samples of a file


@dataclass(frozen=True, eq=False)
class Samples:
    """As the model takes them, (samples, *shape)."""

    calibration: NDArray[np.float32]
    measured: NDArray[np.float32]
    labels: NDArray[np.int64] | None  # of those measured
    source: str


def read(data: str, labels: Path | None, shape: tuple[int, ...], most: int) -> Samples:
    """At most ``most`` samples calibrate, taken evenly from all. Raises InputError."""
    if data in catalog.names("datasets"):
        if labels is not None:
            raise InputError(f"--labels: data set {data} has its own")
        found = _dataset(data, shape)
    elif Path(data).suffix.lower() in FILES:
        found = _file(Path(data), labels, shape)
    else:
        raise UnknownNameError("data (a data set, a .npy or a .npz file)", data, catalog.names("datasets"))
    if not np.isfinite(found.calibration).all() or not np.isfinite(found.measured).all():
        raise InputError(f"{data}: its samples hold inf or nan")
    few = np.linspace(0, len(found.calibration) - 1, min(most, len(found.calibration))).astype(np.int64)
    return Samples(found.calibration[few], found.measured, found.labels, found.source)


def _dataset(name: str, shape: tuple[int, ...]) -> Samples:
    """The training split calibrates, the validation split is measured; the test split is left alone."""
    module = catalog.load("datasets", name)
    data = module.load()
    train, validation = (_shaped(name, x, module.SHAPE, shape) for x in (data.x_train, data.x_validation))
    return Samples(train, validation, data.y_validation, f"{name}: training split, validation split")


def _shaped(name: str, x: NDArray[Any], own: tuple[int, ...], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Flat samples, images row by row and channels last, as the model takes them."""
    images = x.reshape(-1, *own).astype(np.float32)
    first = np.moveaxis(images, -1, 1)
    if shape in (own, (prod(own),)):
        return images.reshape(-1, *shape)
    if shape == first.shape[1:]:
        return np.ascontiguousarray(first)
    raise InputError(f"datasets.{name}: samples of {own}; the model takes {shape}")


def _file(path: Path, labels: Path | None, shape: tuple[int, ...]) -> Samples:
    x = _samples.read(path, shape).astype(np.float32)
    if len(x) < LEAST:
        raise InputError(f"{path}: {len(x)} samples; a range needs {LEAST} at least, better some hundreds")
    measured = np.arange(len(x)) % EVERY == EVERY - 1
    y = None if labels is None else _labels(labels, len(x))[measured]
    return Samples(x[~measured], x[measured], y, f"{path.name}: every {EVERY}th sample measured, the others calibrate")


def _labels(path: Path, count: int) -> NDArray[np.int64]:
    y = _samples.read(path, ()).reshape(-1)
    if len(y) != count or (y != np.rint(y)).any():
        raise InputError(f"{path}: {len(y)} labels of {count} samples; one whole number each")
    return y.astype(np.int64)
