"""The model's input: int8 integers, or floats that a QUANTIZE makes int8 on the host."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.fixedpoint import Integers, fixed_for
from edgeflow.frontends._draft import Value
from edgeflow.frontends._lowered import Entry
from edgeflow.frontends._nodes import Cast
from edgeflow.frontends._onnx_entry import Raw
from edgeflow.frontends._onnx_quantizers import Entered
from edgeflow.frontends._tflite_arithmetic import away
from edgeflow.frontends._tflite_values import INT8, Grid8, Tensor, TfliteNode, quantized, row_major
from edgeflow.network.network import INPUT


def incoming(tensor: Tensor) -> Entered | Raw:
    """Floats wait for their QUANTIZE."""
    shape = tensor.shape[1:]
    return Raw(shape, shape) if tensor.kind == "float32" else entered(shape, tensor, integers)


def quantize(node: TfliteNode, x: Raw) -> Entered:
    if node.op != "QUANTIZE":
        raise UnsupportedLayerError("its input is float32 still; convert with full integer quantization")
    return entered(x.shape, node.made[0], rounded)


def entered(shape: tuple[int, ...], tensor: Tensor, of: Callable[[NDArray[Any], Grid8], Integers]) -> Entered:
    """Reals are quantized as TFLite's QUANTIZE does; integers of an int8 input come as they are."""
    grid, at = tensor.grid, row_major(shape)
    held = grid.held(INT8.lo, INT8.hi, padded=False)  # a byte, of which every value may come
    move = held - grid.zero
    y = fixed_for(INT8.lo + move, INT8.hi + move, 0)
    entry = Entry(shape, lambda x: of(np.asarray(x), grid) + move, lambda n: reals(n - move, grid), at)
    return Entered(entry, quantized(Value(INPUT, y, (at.size,), Cast(y)), at, grid, held))


def integers(x: NDArray[Any], grid: Grid8) -> Integers:
    """The q of reals; integers are q already. Raises InputError for integers beyond int8."""
    if x.dtype.kind not in "iu":
        return rounded(x, grid)
    if x.size and not (INT8.lo <= x.min() and x.max() <= INT8.hi):
        raise InputError(f"integers {x.min()}..{x.max()} are not int8; give int8, or reals as floats")
    return x.astype(np.int64)


def rounded(x: NDArray[Any], grid: Grid8) -> Integers:
    """The q of reals, in single precision, half away from zero. Raises InputError for NaN."""
    if np.isnan(x).any():
        raise InputError("an input is no number; clean the data first")
    steps = np.asarray(x, np.float32) / grid.scale
    return np.clip(away(np.clip(steps, -1024, 1024)) + grid.zero, INT8.lo, INT8.hi)  # 1024 is beyond all q


def reals(q: Integers, grid: Grid8) -> NDArray[np.float32]:
    made: NDArray[np.float32] = (q - grid.zero).astype(np.float32) * grid.scale
    return made
