"""The reference for TFLite files: LiteRT's interpreter with its reference kernels, sample by sample.

It is native code. So it takes only files that our own reader has accepted.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import MissingToolError, ToolError
from edgeflow.frontends._quiet import quiet
from edgeflow.frontends._tflite_entry import integers
from edgeflow.frontends._tflite_graph import TfliteGraph, read

Tensors = dict[str, NDArray[Any]]
Values = dict[int, NDArray[Any]]  # by the numbers of tensors


def execute(path: Path, x: NDArray[Any]) -> Tensors:
    """Every computed tensor with a batch, for samples (samples, *shape), by name; int8 ones as what they stand for.

    Integers are the model's own int8; reals are quantized as ``Entry`` does. Behind a softmax stands the class of its
    inputs. Raises ToolError where LiteRT fails.
    """
    graph = read(path)
    entering = graph.entering
    given = integers(x, entering.grid).astype(np.int8) if entering.kind == "int8" else np.asarray(x, np.float32)
    given = given.reshape(-1, *entering.shape[1:])
    full = np.concatenate([given, np.repeat(given[-1:], -len(given) % graph.batch, axis=0)])
    try:
        with quiet():
            interpreter = _interpreter(path)
            parts = [_invoked(interpreter, graph, part) for part in full.reshape(-1, *entering.shape)]
    except (RuntimeError, ValueError) as error:
        raise ToolError(f"LiteRT: {str(error).splitlines()[0]}") from error
    found = {i: np.concatenate([part[i] for part in parts])[: len(given)] for i in parts[0]}
    return {graph.tensors[i].name: _reals(graph, i, found) for i in found}


def _interpreter(path: Path) -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    except ImportError as error:
        raise MissingToolError("ai-edge-litert: not installed; pip install 'edgeflow[tflite]'") from error
    interpreter = Interpreter(
        str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF, experimental_preserve_all_tensors=True
    )
    interpreter.allocate_tensors()
    return interpreter


def _invoked(interpreter: Any, graph: TfliteGraph, batch: NDArray[Any]) -> Values:
    interpreter.set_tensor(int(graph.input), batch)
    interpreter.invoke()
    made = [int(i) for node in graph.nodes for i in node.outputs if graph.tensors[int(i)].shape[:1] == batch.shape[:1]]
    return {i: interpreter.get_tensor(i) for i in made}


def _reals(graph: TfliteGraph, i: int, found: Values) -> NDArray[Any]:
    scores, tensor = _scores(graph, str(i)), graph.tensors[i]
    if scores is not None and scores in found:
        classes: NDArray[Any] = np.argmax(found[scores], axis=-1, keepdims=True)
        return classes
    if tensor.kind != "int8":
        return found[i]
    reals: NDArray[Any] = (found[i].astype(np.float64) - tensor.grid.zero) * float(tensor.grid.scale)
    return reals


def _scores(graph: TfliteGraph, name: str) -> int | None:
    """What goes into the softmax that makes a tensor, or that a DEQUANTIZE turns into it."""
    maker = next((node for node in graph.nodes if name in node.outputs), None)
    if maker is not None and maker.op == "DEQUANTIZE":
        return _scores(graph, maker.inputs[0])
    return int(maker.inputs[0]) if maker is not None and maker.op == "SOFTMAX" else None
