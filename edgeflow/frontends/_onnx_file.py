"""Read an ONNX file of a stranger: sizes are judged before memory is taken, no path leaves its folder, no code runs."""

from collections.abc import Iterable
from math import prod
from pathlib import Path

import onnx
from onnx import ModelProto, TensorProto, external_data_helper

from edgeflow.errors import InputError

MOST_BYTES = 512 * 2**20  # of the file, and of what it keeps outside
MOST_VALUES = 2**27  # of one tensor
SUFFIXES = (".onnx",)


def load(path: Path) -> ModelProto:
    """The model with all its constants. Raises InputError for whatever is no ONNX model of a bearable size."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    _bearable(path, path.stat().st_size)
    try:
        model = onnx.load(str(path), load_external_data=False)
        known = bool(model.graph.node) and bool(model.ir_version)
    except Exception as error:  # protobuf raises whatever it likes
        raise InputError(f"{path}: no ONNX model: damaged, or something else under this name") from error
    if not known:
        raise InputError(f"{path}: no ONNX model: it holds no node")
    tensors = list(_tensors(model))
    for tensor in tensors:
        _check_size(path, tensor)
    outside = {_outside(path, tensor) for tensor in tensors if external_data_helper.uses_external_data(tensor)}
    _bearable(path, sum(file.stat().st_size for file in outside))
    try:
        onnx.load_external_data_for_model(model, str(path.parent))
    except Exception as error:  # onnx raises whatever it likes
        raise InputError(f"{path}: its external data cannot be read: {error}") from error
    return model


def _bearable(path: Path, size: int) -> None:
    if size > MOST_BYTES:
        raise InputError(f"{path}: {size:,} bytes are over {MOST_BYTES:,}; nothing of that size fits an FPGA")


def _check_size(path: Path, tensor: TensorProto) -> None:
    if any(n < 0 for n in tensor.dims) or prod(tensor.dims) > MOST_VALUES:
        shape = " x ".join(map(str, tensor.dims))
        raise InputError(f"{path}: constant {tensor.name!r} of {shape} values is over {MOST_VALUES:,}; it fits no FPGA")


def _outside(path: Path, tensor: TensorProto) -> Path:
    """The file with the tensor's values, below the model's own folder."""
    named = str({entry.key: entry.value for entry in tensor.external_data}.get("location", ""))
    folder, file = path.parent.resolve(), (path.parent / named).resolve()
    if not named or not file.is_relative_to(folder) or not file.is_file():
        raise InputError(f"{path}: constant {tensor.name!r} lies in {named!r}, no file below the model's folder")
    return file


def _tensors(model: ModelProto) -> Iterable[TensorProto]:
    yield from model.graph.initializer
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
