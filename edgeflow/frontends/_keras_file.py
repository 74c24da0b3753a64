"""Read a Keras model file without running anything that it holds.

A model file may name code: Lambda layers, registered objects, functions of any module. So its architecture is read as
plain data; a model is built only of layers and quantizers that we know, and then takes the file's arrays.
"""

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import h5py

from edgeflow.errors import InputError
from edgeflow.frontends._keras_arch import KerasLayer, Plain, layers_of
from edgeflow.frontends._keras_harmless import harmless
from edgeflow.frontends._quiet import quiet

SUFFIXES = (".keras", ".h5", ".hdf5")
MAX_CONFIG_BYTES = 16 * 2**20


def architecture(path: Path) -> Plain:
    """The file's description of the model. Raises InputError for whatever is no Keras 2 model."""
    arch, saved_by = described(path)
    if saved_by.startswith("3"):
        raise InputError(f"{path}: saved by Keras {saved_by}, QKeras knows Keras 2: save under TF_USE_LEGACY_KERAS=1")
    return arch


def of_keras_3(path: Path) -> bool:
    """Whether Keras 3 saved it, as HGQ2 does. Raises InputError for whatever is no Keras model."""
    return path.suffix == ".keras" and described(path)[1].startswith("3")


def described(path: Path) -> tuple[Plain, str]:
    """The file's description and the version of Keras that saved it. Raises InputError for no Keras model."""
    try:
        text, saved_by = _zipped(path) if path.suffix == ".keras" else _hierarchical(path)
        arch = json.loads(text)
        layers_of(arch)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, zipfile.BadZipFile):
        raise InputError(f"{path}: no Keras model: damaged, or something else under this name") from None
    return arch, saved_by


def layers(path: Path) -> list[KerasLayer]:
    """Its layers, as the file describes them."""
    return layers_of(architecture(path))


def load(path: Path) -> Any:
    """The model with its weights; every layer's kind must be known. Raises InputError."""
    from edgeflow.frontends._keras_build import build

    arch = harmless(architecture(path))
    try:
        with quiet(), tempfile.TemporaryDirectory(prefix="edgeflow-model-") as folder:
            return build(arch, _weights(path, Path(folder)))
    except Exception as error:  # Keras raises whatever it likes
        reason = (str(error).strip() or "no reason given").splitlines()[0]
        raise InputError(f"{path}: Keras cannot build it: {type(error).__name__}: {reason}") from error


def _zipped(path: Path) -> tuple[str, str]:
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo("config.json").file_size > MAX_CONFIG_BYTES:
            raise ValueError("a description of that size is none")
        about = json.loads(archive.read("metadata.json"))
        return archive.read("config.json").decode(), str(about["keras_version"])


def _hierarchical(path: Path) -> tuple[str, str]:
    with h5py.File(path, "r") as file:
        return _text(file.attrs["model_config"]), _text(file.attrs.get("keras_version", ""))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _weights(path: Path, folder: Path) -> Path:
    """The file that holds the arrays."""
    if path.suffix != ".keras":
        return path
    weights = folder / "model.weights.h5"
    with zipfile.ZipFile(path) as archive, archive.open("model.weights.h5") as stored:
        weights.write_bytes(stored.read())
    return weights
