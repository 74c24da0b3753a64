"""Rising curves between two quantizers equal the executor's float32 arithmetic, on every integer that comes in."""

import numpy as np
import onnx_models as models
import pytest
from test_qonnx import lower, mismatches

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends import _onnx_curves as curves
from edgeflow.frontends import _onnx_executor, qonnx
from edgeflow.frontends._onnx_executor import execute
from edgeflow.frontends._onnx_graph import read
from edgeflow.frontends.hls4ml_graph import Verdict

KINDS = {
    "LeakyRelu": {"alpha": 0.01},
    "Elu": {"alpha": 1.3},
    "HardSigmoid": {"alpha": 0.17, "beta": 0.55},
    "Sigmoid": {},
    "Tanh": {},
    "Softplus": {},
    "Softsign": {},
}


def every_integer(model, bits):
    """Frames that hold each value of the input's format at each place, and what the network and the executor make."""
    lowered = lower(model)
    frames = np.repeat(np.arange(-(1 << (bits - 1)), 1 << (bits - 1))[:, None], lowered.network.in_features, axis=1)
    found = execute(model, lowered.entry.dequantize(frames))
    return lowered.exit.integers(lowered.exit.dequantize(lowered.network.run(frames))), lowered.exit.integers(
        found[lowered.output]
    )


def test_every_kind_is_tried():
    assert set(KINDS) == set(curves.RISING)


@pytest.mark.parametrize(("bits", "out_bits"), [(10, 4), (12, 8)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_curve_on_every_integer(kind, bits, out_bits):
    b = models.Builder((3,))
    x = b.quant("x", 0.0231, bits)
    model = b.model(b.quant(b.node(kind, x, **KINDS[kind]), 1.0 / (1 << (out_bits - 1)), out_bits), (3,))
    ours, theirs = every_integer(model, bits)
    assert np.array_equal(ours, theirs)
    assert len(np.unique(ours)) > 1 << (out_bits - 2)


def layered(seed, behind, per_channel=True):
    """Sums of float scales and falling batch norms, a curve, a quantizer, and sums again."""
    b = models.Builder((12,), seed)
    x = b.quant("x", 0.03, 6)
    sums = b.node("MatMul", x, b.weights((12, 8), 3, 1 if per_channel else None))
    return b, behind(b, b.batch_norm(sums, 8))


BEHIND = {
    "sigmoid to 4 bits": lambda b, x: b.quant(b.node("Sigmoid", x), 1 / 15, 4, signed=False),
    "tanh, a scale for each channel": lambda b, x: b.quant(
        b.node("Tanh", x), b.random.uniform(0.1, 0.3, (1, 8)).astype(np.float32), 4
    ),
    "tanh's sign": lambda b, x: b.bipolar(b.node("Tanh", x), 0.7),
    "leaky ReLU rounded down": lambda b, x: b.quant(b.node("LeakyRelu", x, alpha=0.1), 0.21, 5, mode="FLOOR"),
    "a curve of a curve": lambda b, x: b.quant(b.node("Sigmoid", b.node("LeakyRelu", x, alpha=0.2)), 1 / 31, 5, False),
    "a curve of a clamp": lambda b, x: b.quant(b.node("Tanh", b.node("Relu", x)), 1 / 15, 4, signed=False),
}


@pytest.mark.parametrize("name", BEHIND)
def test_curves_inside_a_network(name):
    b, q = layered(len(name), BEHIND[name])
    model = b.model(b.quant(b.node("MatMul", q, b.weights((8, 4), 3)), 0.11, 6), (4,))
    assert mismatches(model) == 0


def test_quantize_linear_behind_a_curve():
    b = models.Builder((12,), 5)
    y = b.node("Sigmoid", b.node("MatMul", b.quant("x", 0.03, 6), b.weights((12, 8), 3)))
    scale, zero = b.const(np.float32(0.05)), b.const(np.array(-8), np.int8)
    y = b.node("DequantizeLinear", b.node("QuantizeLinear", y, scale, zero), scale, zero)
    assert mismatches(b.model(b.node("MatMul", y, b.weights((8, 4), 3)), (4,))) == 0


def test_thresholds_are_the_executors_own(monkeypatch):
    """Another library's sigmoid, off by a little, moves them."""
    b = models.Builder((1,))
    model = b.model(b.quant(b.node("Sigmoid", b.quant("x", 0.001, 12)), 1 / 255, 8, signed=False), (1,))
    right, theirs = every_integer(model, 12)
    own = _onnx_executor.elementwise
    monkeypatch.setattr(_onnx_executor, "elementwise", lambda nodes, x: own(nodes, x) * np.float32(1.001))
    wrong, _ = every_integer(model, 12)
    assert np.array_equal(right, theirs) and not np.array_equal(wrong, theirs)


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (lambda b, x: b.node("MatMul", b.node("Tanh", x), b.weights((8, 4), 3)), "put a quantizer in between"),
        (lambda b, x: b.node("Sigmoid", x), "it makes floats, and the model ends there"),
        (lambda b, x: b.quant(b.node("LeakyRelu", x, alpha=-0.1), 0.2, 4), "alpha = -0.1 lets it fall"),
    ],
)
def test_what_stays_float_is_refused_by_name(behind, said):
    b, y = layered(3, behind)
    model = b.model(y, (8,))
    with pytest.raises(UnsupportedLayerError, match=said):
        lower(model)
    assert Verdict.REFUSED in {finding.verdict for finding in qonnx.findings(read(model))}
