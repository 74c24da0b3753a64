"""Sigmoid and tanh as hls4ml tabulates them: ``table_size`` entries over -8..8 or -4..4, looked up by truncation."""

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._draft import Value
from edgeflow.frontends._nodes import Node
from edgeflow.kernels.table import MAX_BITS, Table

SPANS = {"sigmoid": 16, "tanh": 8}


def curve(node: Node, x: Value) -> Table:
    """The result for every value that ``x`` can have. Raises UnsupportedLayerError if they are too many."""
    name = node.word("activation").lower()
    size, span = node.integer("table_size"), SPANS[name]
    table = node.types["table_t"]
    entries = table.of_reals(_entries(name, size, span))
    t = node.types["result_t"]
    results = t.of_integers(entries, table.y.frac)
    if x.format.width > MAX_BITS:
        raise UnsupportedLayerError(f"{x.format.width} input bits are over {MAX_BITS}; quantize the input first")
    values = np.arange(x.format.lo, x.format.hi + 1)
    return Table(x.format, results[_index(values, x.format.frac, size, span)], t.y, x.features)


def _index(x: Integers, frac: int, size: int, span: int) -> Integers:
    """``int(x * size / span) + size / 2``, clamped; the division truncates, and so does the conversion."""
    scaled = x * size
    quotient = np.sign(scaled) * (np.abs(scaled) // span)  # on x's grid
    whole = np.sign(quotient) * (np.abs(quotient) >> frac) if frac >= 0 else quotient << -frac
    index: Integers = np.clip(whole + size // 2, 0, size - 1)
    return index


def _entries(name: str, size: int, span: int) -> NDArray[np.float64]:
    """The curve in single precision, as the C++ computes it."""
    at = (span * (np.arange(size) - np.float64(size) / 2) / np.float64(size)).astype(np.float32)
    if name == "tanh":
        return np.tanh(at.astype(np.float64))
    grown = np.exp(-at.astype(np.float64)).astype(np.float32)
    return (1.0 / (1.0 + grown.astype(np.float64))).astype(np.float32).astype(np.float64)
