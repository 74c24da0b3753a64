"""The float baseline on a CPU, measured: ONNX Runtime on one core, one sample a call.

Plain numpy weights in, so no training framework is imported.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edgeflow.estimate._onnx import onnx_network
from edgeflow.estimate.fixed16 import Arrays
from edgeflow.recipe_cost import Cost, float_cost
from edgeflow.recipe_layout import Placed

CALLS, WARM_UP_CALLS = 2000, 200
BATCH = 1000  # samples a call where logits are asked for: what bounds memory


@dataclass(frozen=True)
class Baseline:
    cost: Cost
    cpu_latency_us: float  # measured: median of single-sample calls on one thread
    onnxruntime: str  # its version
    logits: NDArray[np.float32]  # of the samples given, (samples, classes)


def measure(layout: Sequence[Placed], weights: Mapping[str, Arrays], x: NDArray[np.float32]) -> Baseline:
    """Run the float network in ONNX Runtime on samples ``x`` (samples, features), and time it one sample at a time."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = onnx_network(layout, weights).SerializeToString()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    parts = [session.run(None, {"x": x[i : i + BATCH]})[0] for i in range(0, len(x), BATCH)]
    return Baseline(float_cost(layout), _latency_us(session, x), version("onnxruntime"), np.concatenate(parts))


def _latency_us(session: onnxruntime.InferenceSession, x: NDArray[np.float32]) -> float:
    calls_us = []
    for call in range(WARM_UP_CALLS + CALLS):
        sample = {"x": x[call % len(x)][None]}
        started = time.perf_counter_ns()
        session.run(None, sample)
        calls_us.append((time.perf_counter_ns() - started) / 1000)
    return float(np.median(calls_us[WARM_UP_CALLS:]))
