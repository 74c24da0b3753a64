"""The float baseline on a CPU, measured: ONNX Runtime on one core, one sample a call.

Plain numpy weights in, so no training framework is imported.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edgeflow.estimate.costs import Cost, Layer, float_cost

CALLS, WARM_UP_CALLS = 2000, 200
OPSET, IR_VERSION = 17, 8  # old enough for every ONNX Runtime of the last years


@dataclass(frozen=True)
class Baseline:
    cost: Cost
    cpu_latency_us: float  # measured: median of single-sample calls on one thread
    onnxruntime: str  # its version
    logits: NDArray[np.float32]  # of the samples given, (samples, classes)


def measure(layers: Sequence[Layer], x: NDArray[np.float32]) -> Baseline:
    """Run the float MLP in ONNX Runtime on samples ``x`` (samples, features), and time it one sample at a time."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = onnx_mlp(layers).SerializeToString()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    (logits,) = session.run(None, {"x": x})
    return Baseline(float_cost(layers), _latency_us(session, x), version("onnxruntime"), np.asarray(logits))


def onnx_mlp(layers: Sequence[Layer]) -> onnx.ModelProto:
    """Gemm and Relu in turn, no Relu behind the last."""
    nodes, weights, x = [], [], "x"
    for i, (kernel, bias) in enumerate(layers):
        weights += [numpy_helper.from_array(kernel, f"kernel_{i}"), numpy_helper.from_array(bias, f"bias_{i}")]
        nodes.append(helper.make_node("Gemm", [x, f"kernel_{i}", f"bias_{i}"], [f"sum_{i}"]))
        x = f"sum_{i}"
        if i + 1 < len(layers):
            nodes.append(helper.make_node("Relu", [x], [f"relu_{i}"]))
            x = f"relu_{i}"
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["samples", layers[0][0].shape[0]])]
    outputs = [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["samples", layers[-1][0].shape[1]])]
    graph = helper.make_graph(nodes, "float_mlp", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return model


def _latency_us(session: onnxruntime.InferenceSession, x: NDArray[np.float32]) -> float:
    calls_us = []
    for call in range(WARM_UP_CALLS + CALLS):
        sample = {"x": x[call % len(x)][None]}
        started = time.perf_counter_ns()
        session.run(None, sample)
        calls_us.append((time.perf_counter_ns() - started) / 1000)
    return float(np.median(calls_us[WARM_UP_CALLS:]))
