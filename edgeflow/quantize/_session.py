"""A float graph in ONNX Runtime, on one core, in parts of bounded memory."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edgeflow.errors import InputError
from edgeflow.frontends._onnx_graph import OnnxGraph
from edgeflow.quantize._write import model_of

CHUNK_VALUES = 2**17  # of the inputs that are run at once; all wanted tensors are some tens of times as many
MOST_SAMPLES = 250  # at once
SILENT = 4  # only fatal messages of its own: what it raises says the rest

Tensors = dict[str, NDArray[Any]]


def parts(graph: OnnxGraph, opset: int, x: NDArray[np.float32], wanted: Sequence[str]) -> Iterator[Tensors]:
    """The wanted tensors by name, some samples (samples, *shape) at a time. Raises InputError if it cannot be run."""
    computed = [name for name in wanted if name != graph.input]
    session = _session(graph, opset, computed)
    for chunk in np.array_split(x, chunks(x)):
        try:
            values = session.run(computed, {graph.input: chunk}) if computed else []
        except Exception as error:  # it raises whatever it likes
            raise InputError(f"model {graph.name!r}: ONNX Runtime cannot run it: {_first_line(error)}") from error
        found = dict(zip(computed, values, strict=True))
        if any(np.shape(value)[:1] != (len(chunk),) for value in values):
            raise InputError(f"model {graph.name!r}: it mixes samples of a batch; keep the batch axis first")
        yield found | {graph.input: chunk}


def chunks(x: NDArray[np.float32]) -> int:
    """How many parts samples are run in."""
    return -(-len(x) // max(1, min(MOST_SAMPLES, CHUNK_VALUES // prod(x.shape[1:]))))


def output(graph: OnnxGraph, opset: int, x: NDArray[np.float32]) -> NDArray[np.float32]:
    """What comes out for samples (samples, *shape): (samples, outputs)."""
    found = [part[graph.output] for part in parts(graph, opset, x, [graph.output])]
    return np.concatenate(found).reshape(len(x), -1)


def _session(graph: OnnxGraph, opset: int, wanted: Sequence[str]) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = SILENT
    try:
        made = model_of(graph, opset, wanted).SerializeToString()
        return onnxruntime.InferenceSession(made, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # it raises whatever it likes
        raise InputError(f"model {graph.name!r}: ONNX Runtime refuses it: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
