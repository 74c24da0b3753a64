"""Read a TFLite file of a stranger: sizes are judged before memory is taken, nothing runs, damage is an error."""

from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import EdgeflowError, InputError
from edgeflow.frontends._tflite_schema import names, schema
from edgeflow.frontends._tflite_values import Tensor

MOST_BYTES = 256 * 2**20  # of the file
MOST_VALUES = 2**22  # of one activation or constant of hardware
MOST_PARTS = 20_000  # tensors, operators, buffers
MOST_AXES, MOST_OPERANDS, MOST_NAME = 8, 64, 200
MARK = b"TFL3"
T = TypeVar("T")
KINDS = {"INT8": np.int8, "INT32": np.int32, "INT64": np.int64, "FLOAT32": np.float32, "UINT8": np.uint8,
         "INT16": np.int16, "FLOAT16": np.float16, "BOOL": np.bool_}  # fmt: skip


class TfliteFile:
    """The first subgraph: its operators as the schema's own objects, its tensors as plain values."""

    def __init__(self, path: Path, content: bytes):
        self._path, self._content = path, content
        self._model = schema().Model.GetRootAs(content, 0)
        if self._model.SubgraphsLength() != 1:
            raise InputError(f"{path}: {self._model.SubgraphsLength()} subgraphs; only one is known: no loops, no If")
        graph = self._graph = self._model.Subgraphs(0)
        for what, count in (("tensors", graph.TensorsLength()), ("operators", graph.OperatorsLength())):
            if not 1 <= count <= MOST_PARTS:
                raise InputError(f"{path}: {count:,} {what} are outside 1..{MOST_PARTS:,}")
        self._kinds = names("TensorType")
        self.tensors = tuple(self._tensor(graph.Tensors(i)) for i in range(graph.TensorsLength()))
        self.inputs = self._indices(graph.InputsLength, graph.Inputs)
        self.outputs = self._indices(graph.OutputsLength, graph.Outputs)
        self.operators = [graph.Operators(i) for i in range(graph.OperatorsLength())]

    def operands(self, operator: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Indices of what it takes, -1 for what is left out, and of what it makes."""
        taken = self._indices(operator.InputsLength, operator.Inputs, optional=True)
        return taken, self._indices(operator.OutputsLength, operator.Outputs)

    def kind(self, operator: Any, known: dict[int, str]) -> str:
        """The operator's name; an old file has it in another field."""
        at = operator.OpcodeIndex()
        if not 0 <= at < self._model.OperatorCodesLength():
            raise InputError(f"{self._path}: damaged: operator code {at} is none of its own")
        code = self._model.OperatorCodes(at)
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if known.get(number) == "CUSTOM":
            return f"custom operator {_text(code.CustomCode())!r}"
        return known.get(number, f"operator {number}")

    def _indices(
        self, length: Callable[[], int], item: Callable[[int], int], optional: bool = False
    ) -> tuple[int, ...]:
        if length() > MOST_OPERANDS:
            raise InputError(f"{self._path}: {length():,} operands are over {MOST_OPERANDS}")
        found = tuple(int(item(i)) for i in range(length()))
        if any(not -int(optional) <= i < len(self.tensors) for i in found):
            raise InputError(f"{self._path}: damaged: operands {found} are not among {len(self.tensors)} tensors")
        return found

    def _tensor(self, tensor: Any) -> Tensor:
        name = _text(tensor.Name())
        shape = _shape(tensor.ShapeLength(), tensor.Shape, self._path, name)
        kind = self._kinds.get(tensor.Type(), f"type {tensor.Type()}").lower()
        scale, zero, axis = _quantization(tensor.Quantization(), self._path, name)
        values = self._values(tensor, name, shape, kind)
        return Tensor(name, shape, kind, scale, zero, axis, values, _problem(tensor))

    def _values(self, tensor: Any, name: str, shape: tuple[int, ...], kind: str) -> NDArray[Any] | None:
        """A view of the file; None for what is computed, whose buffer is empty."""
        if not 0 <= tensor.Buffer() < self._model.BuffersLength():
            raise InputError(f"{self._path}: damaged: buffer {tensor.Buffer()} of tensor {name!r} is none of its own")
        data = self._bytes(self._model.Buffers(tensor.Buffer()), name)
        if not len(data) or kind.upper() not in KINDS:
            return None
        dtype = np.dtype(KINDS[kind.upper()])
        if len(data) != prod(shape) * dtype.itemsize:
            what = f"{len(data)} bytes are not {prod(shape)} values of {kind}"
            raise InputError(f"{self._path}: damaged: tensor {name!r}: {what}")
        return data.view(dtype).reshape(shape)

    def _bytes(self, buffer: Any, name: str) -> NDArray[np.uint8]:
        """Inside the tables, or behind them in files that are too large for them."""
        first, size = buffer.Offset(), buffer.Size()
        if first > 1:
            if first + size > len(self._content):
                raise InputError(
                    f"{self._path}: damaged: tensor {name!r} lies at {first} + {size}, behind the file's end"
                )
            return np.frombuffer(self._content, np.uint8, size, first)
        return np.zeros(0, np.uint8) if buffer.DataIsNone() else np.asarray(buffer.DataAsNumpy())


def load(path: Path) -> TfliteFile:
    """Raises InputError for whatever is no TFLite model of a bearable size."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path}: {path.stat().st_size:,} bytes are over {MOST_BYTES:,}; it fits no FPGA")
    content = path.read_bytes()
    if content[4:8] != MARK:
        raise InputError(f"{path}: no TFLite model: its mark is {content[4:8]!r}, not {MARK!r}")
    return undamaged(path, lambda: TfliteFile(path, content))


def undamaged(path: Path, read: Callable[[], T]) -> T:
    """What ``read`` finds. Offsets of a damaged file lead anywhere, so whatever that raises is the file's fault."""
    try:
        return read()
    except EdgeflowError:
        raise
    except Exception as error:  # struct.error, ValueError, TypeError, ...: whatever a wrong offset leads to
        raise InputError(f"{path}: damaged: {type(error).__name__} while reading it") from error


def _shape(count: int, item: Callable[[int], int], path: Path, name: str) -> tuple[int, ...]:
    if count > MOST_AXES:
        raise InputError(f"{path}: tensor {name!r} of {count:,} axes; at most {MOST_AXES} are known")
    shape = tuple(int(item(i)) for i in range(count))
    if any(n < 0 for n in shape) or prod(shape) > MOST_VALUES:
        raise InputError(f"{path}: tensor {name!r} of {' x '.join(map(str, shape))} values is over {MOST_VALUES:,}")
    return shape


def _quantization(given: Any, path: Path, name: str) -> tuple[NDArray[np.float32], NDArray[np.int64], int]:
    if given is None or not given.ScaleLength():
        return np.zeros(0, np.float32), np.zeros(0, np.int64), 0
    scale = np.array(given.ScaleAsNumpy(), np.float32)
    zero = np.array(given.ZeroPointAsNumpy(), np.int64) if given.ZeroPointLength() else np.zeros(len(scale), np.int64)
    if len(zero) != len(scale):
        raise InputError(f"{path}: tensor {name!r} has {len(scale)} scales and {len(zero)} zero points")
    return scale, zero, int(given.QuantizedDimension())


def _problem(tensor: Any) -> str:
    if tensor.Sparsity() is not None:
        return "it is sparse"
    if tensor.IsVariable():
        return "it is a variable"
    signature = [tensor.ShapeSignature(i) for i in range(min(tensor.ShapeSignatureLength(), MOST_AXES))]
    if any(n < 0 for n in signature[1:]):
        return f"its shape {signature} is not fixed behind the batch"
    return ""


def _text(given: bytes | None) -> str:
    return (given or b"")[:MOST_NAME].decode(errors="replace")
