"""A data set: three disjoint splits of float features and integer classes, with source, licence and checksum.

Its file has SHAPE, of images (height, width, channels), of series (length, channels), CLASSES, ``load()``, and
``identity()``: the checksum of what ``load`` would read now, without reading it.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError

Features = NDArray[np.float32]  # (samples, features); images row by row, series in time, channels last
Classes = NDArray[np.int64]  # (samples,)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Train to fit, validation to choose, test to read once at the end."""

    name: str
    source: str
    licence: str
    checksum: str  # sha256 of the raw arrays, verified at load
    x_train: Features
    y_train: Classes
    x_validation: Features
    y_validation: Classes
    x_test: Features
    y_test: Classes

    def without_test(self) -> "Dataset":
        """For who chooses: what is not there cannot be read."""
        return replace(self, x_test=self.x_test[:0], y_test=self.y_test[:0])


def checksum(*arrays: NDArray[np.generic]) -> str:
    """sha256 over dtype, shape and little-endian bytes of each array."""
    sha = hashlib.sha256()
    for array in arrays:
        plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        sha.update(f"{plain.dtype.str}{plain.shape}".encode() + plain.tobytes())
    return sha.hexdigest()


def verify_checksum(name: str, expected: str, remedy: str, *arrays: NDArray[np.generic]) -> None:
    """Raises InputError if the raw data are not those the project was measured on."""
    found = checksum(*arrays)
    if found != expected:
        raise InputError(f"datasets.{name}: sha256 {found}, not {expected}; {remedy}")


def cached(name: str) -> Path | None:
    """A file of the data cache, the folder that EDGEFLOW_DATA names; None if it is not there."""
    folder = os.environ.get("EDGEFLOW_DATA")
    file = Path(folder) / name if folder else None
    return file if file and file.is_file() else None


def arrays(dataset: str, file: Path, names: Sequence[str]) -> list[NDArray[Any]]:
    """Raises InputError if the data cache's file is no archive of plain arrays, or one of ``names`` is not in it."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            return [archive[name] for name in names]
    except (ValueError, OSError, KeyError, EOFError, BadZipFile) as error:
        wanted = ", ".join(names)
        raise InputError(f"datasets.{dataset}: {file.name} in EDGEFLOW_DATA holds no {wanted}: {error}") from None


def known(dataset: str, name: str, names: Sequence[str], checksum: str, source: str) -> list[NDArray[Any]]:
    """The arrays of a file that the data cache alone can give. Raises InputError without it, or if it is another."""
    file = cached(name)
    if file is None:
        folder = os.environ.get("EDGEFLOW_DATA") or "not set"
        raise InputError(
            f"datasets.{dataset}: no file {name} in the folder that EDGEFLOW_DATA names ({folder}); "
            f"it does not come with edgeflow, its source is {source}"
        )
    found = arrays(dataset, file, names)
    verify_checksum(dataset, checksum, f"{name} in EDGEFLOW_DATA is another file; take it away", *found)
    return found


def stratified_split(y: Classes, shares: tuple[float, ...], seed: int) -> list[NDArray[np.int64]]:
    """Indices of one part per share, and the rest as the last part: disjoint, complete, the same class mix in each.

    Deterministic in ``seed``: PCG64's stream and ``permutation`` are stable across numpy versions in practice, and
    the data set's tests pin the result.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    parts: list[list[NDArray[np.int64]]] = [[] for _ in range(len(shares) + 1)]
    for label in np.unique(y):
        members = random.permutation(np.flatnonzero(y == label))
        cuts = np.round(np.cumsum(shares) * len(members)).astype(int)
        for part, chunk in zip(parts, np.split(members, cuts), strict=True):
            part.append(chunk)
    return [np.sort(np.concatenate(part)) for part in parts]
