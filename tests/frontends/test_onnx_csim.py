"""Power-of-two QONNX files through hls4ml: csim == Network, and a reason for every file that is not held."""

import numpy as np
import onnx_models as models
import pytest
from test_qonnx import lower

from edgeflow.frontends import _onnx_csim
from edgeflow.frontends._onnx_graph import read

pytestmark = pytest.mark.tools


def dense():
    b = models.Builder((8,), 2)
    x = b.quant("x", 2.0**-3, 6)
    x = b.node("MatMul", x, b.weights((8, 6), 4, scale=np.float32(0.25)))
    x = b.quant(b.node("Relu", x), 2.0**-2, 4, signed=False)
    return b, b.node("MatMul", x, b.weights((6, 3), 3, scale=np.float32(0.5)))


def images():
    b = models.Builder((2, 7, 6), 3)
    spelled = {"strides": [1, 1], "dilations": [1, 1], "group": 1}
    around, inside = ({"kernel_shape": [k, k], "pads": [p] * 4} | spelled for k, p in ((3, 1), (2, 0)))
    x = b.quant("x", 2.0**-4, 5, signed=False)
    x = b.node("Conv", x, b.weights((4, 2, 3, 3), 4, scale=np.float32(0.25)), **around)
    x = b.quant(x, 2.0**-1, 5)
    x = b.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], pads=[0] * 4)
    x = b.node("Conv", x, b.weights((3, 4, 2, 2), 3, scale=np.float32(0.5)), **inside)
    x = b.quant(b.node("Relu", x), 2.0**-1, 4, signed=False)
    return b, b.node("MatMul", b.node("Flatten", x, axis=1), b.weights((12, 3), 3, scale=np.float32(0.5)))


@pytest.mark.parametrize("made", [dense, images])
def test_csim_equals_the_network(made, tmp_path):
    b, y = made()
    model = b.model(y, (3,))
    assert _onnx_csim.why_not(read(model)) == ""
    firmware = _onnx_csim.convert(model, made.__name__, 100.0, tmp_path)
    lowered = lower(model)
    lo, hi = lowered.network.input.lo, lowered.network.input.hi
    frames = np.random.default_rng(3).integers(lo, hi + 1, (1000, lowered.network.in_features))
    ours = lowered.real(lowered.network.run(frames))
    assert np.array_equal(_onnx_csim.logits(firmware, lowered.entry.dequantize(frames)), ours)
    assert len(np.unique(ours)) > 20


@pytest.mark.parametrize(
    ("behind", "why"),
    [
        (lambda b, x: b.quant(x, 0.3, 4), "a scale that is no power of two"),
        (lambda b, x: b.quant(x, 0.5, 4, narrow=1), "a narrow range"),
        (lambda b, x: b.quant(x, 0.5, 4, mode="FLOOR"), "another rounding mode"),
        (lambda b, x: b.bipolar(x), "another quantizer"),
        (lambda b, x: b.batch_norm(x, 3), "another kind"),
    ],
)
def test_what_a_file_has_besides_is_named(behind, why):
    b, y = dense()
    assert why in _onnx_csim.why_not(read(b.model(behind(b, y), (3,))))


@pytest.mark.parametrize(
    ("window", "why"),
    [
        ({"kernel_shape": [2, 2], "strides": [1, 1]}, "no pads"),
        ({"kernel_shape": [2, 2], "strides": [1, 1], "pads": [0] * 4, "dilations": [2, 2]}, "dilations"),
        ({"kernel_shape": [2, 2], "strides": [2, 2], "pads": [0, 0, 1, 0]}, "padding"),
    ],
)
def test_windows_that_hls4ml_does_not_hold_are_named(window, why):
    b = models.Builder((2, 4, 4))
    y = b.node("MaxPool", b.quant("x", 0.25, 4), name="pool", **window)
    assert f"MaxPool 'pool': {why}" in _onnx_csim.why_not(read(b.model(y, (2, 2, 2))))
