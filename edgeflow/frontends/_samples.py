"""Samples that a user gives, as arrays of a file that can hold nothing else."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError

MOST_BYTES = 2**30


def read(path: Path, shape: tuple[int, ...]) -> NDArray[Any]:
    """Samples (samples, *shape) of a .npy file, or of the first array of a .npz that fits. Raises InputError."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path}: over {MOST_BYTES:,} bytes; give fewer samples")
    try:
        loaded = np.load(path, allow_pickle=False)
        arrays = [loaded] if isinstance(loaded, np.ndarray) else [loaded[name] for name in loaded.files]
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise InputError(f"{path}: neither .npy nor .npz with plain numbers: {error}") from error
    size = int(np.prod(shape))
    for array in arrays:
        if array.dtype.kind in "fiub" and array.ndim and len(array) and array.size == len(array) * size:
            return array.reshape(-1, *shape)
    found = ", ".join(str(array.shape) for array in arrays)
    raise InputError(
        f"{path}: holds {found}; samples of {shape} have the shape (samples, {', '.join(map(str, shape))})"
    )
