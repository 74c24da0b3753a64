"""The float baseline in ONNX Runtime is the same function, and its costs are counted by hand."""

import numpy as np
import pytest

from edgeflow.estimate import baseline, costs
from edgeflow.recipe import Widths


def layers(*widths: int) -> list[costs.Layer]:
    random = np.random.default_rng(3)
    return [
        (random.normal(size=(n, m)).astype(np.float32), random.normal(size=m).astype(np.float32))
        for n, m in zip(widths, widths[1:], strict=False)
    ]


def test_costs_of_the_digits_baseline() -> None:
    cost = costs.float_cost(layers(64, 128, 64, 10))
    assert cost == costs.Cost(weight_bits=17_226 * 32, macs=17_024, bit_operations=17_024 * 1024)


def test_costs_of_a_student() -> None:
    kernels = [kernel for kernel, _ in layers(64, 16, 10)]
    cost = costs.quantized_cost(kernels, [Widths(weight=4, bias=6, x=4), Widths(weight=3, bias=5, x=2)])
    assert cost.weight_bits == 64 * 16 * 4 + 16 * 6 + 16 * 10 * 3 + 10 * 5
    assert cost.macs == 64 * 16 + 16 * 10
    assert cost.bit_operations == 64 * 16 * 4 * 4 + 16 * 10 * 3 * 2


@pytest.mark.tools
def test_onnx_runtime_computes_the_mlp_and_takes_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "CALLS", 50)
    mlp = layers(64, 128, 64, 10)
    x = np.random.default_rng(5).random((40, 64)).astype(np.float32)
    y = x.astype(np.float64)
    for i, (kernel, bias) in enumerate(mlp):
        y = (np.maximum(y, 0) if i else y) @ kernel + bias
    measured = baseline.measure(mlp, x)
    np.testing.assert_allclose(measured.logits, y, rtol=1e-3, atol=1e-3)  # float sums: their order is ORT's own
    assert (measured.logits.argmax(axis=1) == y.argmax(axis=1)).all()
    assert 0.5 < measured.cpu_latency_us < 100_000
