"""The float baseline in ONNX Runtime is the same function, and its costs are counted by hand."""

import numpy as np
import pytest

from edgeflow.boards import _board
from edgeflow.estimate import baseline
from edgeflow.estimate.fixed16 import Arrays, fixed16
from edgeflow.recipe import FloatNetwork, Student
from edgeflow.recipe_cost import Cost, float_cost, quantized_cost
from edgeflow.recipe_layers import Conv, Depthwise
from edgeflow.recipe_layout import Placed, weighted

RESIDUAL = [
    {"filters": 4, "kernel": 3, "stride": 2, "padding": "same"},
    {"residual": [{"depthwise": 3, "padding": "same"}, {"filters": 4, "kernel": 1}]},
    {"filters": 5, "kernel": 2},
    {"pool": "max", "size": 2},
]
SERIES = [
    {"filters": 4, "kernel": 3, "stride": 2, "padding": "same"},
    {"residual": [{"depthwise": 4, "padding": "same"}, {"filters": 4, "kernel": 1}]},
    {"filters": 5, "kernel": 2},
    {"pool": "max", "size": 2},
]


def weights_for(layout: tuple[Placed, ...]) -> dict[str, Arrays]:
    random = np.random.default_rng(3)
    return {
        layer.name: (
            random.normal(size=layer.kernel).astype(np.float32),
            random.normal(size=layer.channels).astype(np.float32),
        )
        for layer in weighted(layout)
    }


def float_layout(hidden: list[object], shape: tuple[int, ...]) -> tuple[Placed, ...]:
    return FloatNetwork.model_validate({"hidden": hidden}).layout(shape, 10)


def student(hidden: list[object]) -> Student:
    return Student.model_validate({"input_bits": 4, "hidden": hidden, "output": {"weight_bits": 3, "bias_bits": 5}})


def test_costs_of_the_digits_baseline() -> None:
    cost = float_cost(float_layout([128, 64], (8, 8, 1)))
    assert cost == Cost(weight_bits=17_226 * 32, macs=17_024, bit_operations=17_024 * 1024)


def test_costs_of_a_student() -> None:
    spec = student([{"units": 16, "activation_bits": 2}])
    cost = quantized_cost(spec.layout((8, 8, 1), 10), spec)
    assert cost.weight_bits == 64 * 16 * 4 + 16 * 6 + 16 * 10 * 3 + 10 * 5
    assert cost.macs == 64 * 16 + 16 * 10
    assert cost.bit_operations == 64 * 16 * 4 * 4 + 16 * 10 * 3 * 2


def test_costs_of_convolutions() -> None:
    """Every pixel counts; a branch takes what the block takes; an average of four pixels has two bits more."""
    spec = student(
        [
            {"filters": 2, "kernel": 3, "activation_bits": 3},
            {"residual": [{"depthwise": 3, "padding": "same", "activation_bits": 5}, {"filters": 2, "kernel": 1}]},
            {"pool": "average", "size": 2},
        ]
    )
    cost = quantized_cost(spec.layout((6, 6, 1), 10), spec)
    conv, depthwise, pointwise, dense = 16 * 9 * 2, 16 * 9 * 2, 16 * 2 * 2, 8 * 10
    assert cost.macs == conv + depthwise + pointwise + dense
    assert cost.weight_bits == (18 + 18 + 4) * 4 + 3 * 2 * 6 + 80 * 3 + 10 * 5
    assert cost.bit_operations == 4 * (conv * 4 + depthwise * 3 + pointwise * 5) + dense * 3 * (4 + 2)


def test_costs_count_what_training_finds_for_a_channel() -> None:
    """A float scale is 32 bits; a batch norm is a slope and an offset, and takes bias and scale in."""
    hidden = [{"units": 16, "weight_bits": 1, "batch_norm": True}, {"units": 8, "weight_bits": 4, "bias_bits": 5}]
    kernels, logits = 64 * 16 + 16 * 8 * 4 + 8 * 10 * 4, 10 * 6
    for setting, scales in (
        ({}, 0),
        ({"scale": "float"}, 32 + 32),
        ({"scale": "float", "per_channel": True}, 8 * 32 + 32),
        ({"per_channel": True}, 8 * 32),
    ):
        spec = Student.model_validate({"framework": "brevitas", "hidden": hidden} | setting)
        cost = quantized_cost(spec.layout((8, 8, 1), 10), spec)
        assert cost.weight_bits == kernels + 16 * 64 + 8 * 5 + logits + scales


def test_sixteen_bit_hardware_takes_every_position() -> None:
    layout = float_layout([{"filters": 4, "kernel": 3}], (6, 6, 1))
    hardware = fixed16(layout, weights_for(layout), _board.load("ulx3s"))
    assert hardware.interval_cycles == max(16 * 9 // 3, 64 * 10 // 4 // 2)
    assert hardware.dsps == 4 * 3 + 2 * 4


@pytest.mark.tools
@pytest.mark.parametrize(
    ("hidden", "shape"),
    [
        ([128, 64], (8, 8, 1)),
        (RESIDUAL, (8, 8, 1)),
        ([*RESIDUAL[:2], {"global_pool": "average"}, 7], (8, 8, 1)),
        (SERIES, (32, 2)),
        ([*SERIES[:2], {"global_pool": "average"}, 7], (32, 2)),
    ],
)
def test_onnx_runtime_computes_the_network_and_takes_time(
    monkeypatch: pytest.MonkeyPatch, hidden: list[object], shape: tuple[int, ...]
) -> None:
    """Against numpy in float64, written out for each layer kind below."""
    monkeypatch.setattr(baseline, "CALLS", 50)
    layout = float_layout(hidden, shape)
    weights = weights_for(layout)
    x = np.random.default_rng(5).random((40, 64)).astype(np.float32)
    y = reference(layout, weights, x.astype(np.float64).reshape(-1, *layout[0].x))
    measured = baseline.measure(layout, weights, x)
    np.testing.assert_allclose(measured.logits, y, rtol=1e-3, atol=1e-3)  # float sums: their order is ORT's own
    assert (measured.logits.argmax(axis=1) == y.argmax(axis=1)).all()
    assert 0.5 < measured.cpu_latency_us < 100_000


def reference(layout: tuple[Placed, ...], weights: dict[str, Arrays], x: np.ndarray) -> np.ndarray:
    for placed in layout:
        x = one_layer(placed, weights, x)
        x = np.maximum(x, 0) if placed.activation else x
    return x


def one_layer(placed: Placed, weights: dict[str, Arrays], x: np.ndarray) -> np.ndarray:
    if placed.branch:
        return x + reference(placed.branch, weights, x)
    if placed.name.startswith("pool"):
        if len(placed.y) == 1:
            return x.mean(axis=tuple(range(1, x.ndim - 1)))
        if x.ndim == 3:
            return x[:, : 2 * placed.y[0]].reshape(len(x), placed.y[0], 2, -1).max(axis=2)
        n, height, width, channels = x.shape[0], *placed.y
        return x[:, : 2 * height, : 2 * width].reshape(n, height, 2, width, 2, channels).max(axis=(2, 4))
    kernel, bias = (array.astype(np.float64) for array in weights[placed.name])
    if placed.name.startswith("dense"):
        return x.reshape(len(x), -1) @ kernel + bias
    assert isinstance(placed.layer, (Conv, Depthwise))
    return (
        convolved(x, kernel, placed.layer.stride, placed.y[:-1], depthwise=placed.name.startswith("depthwise")) + bias
    )


def convolved(x: np.ndarray, kernel: np.ndarray, stride: int, size: tuple[int, ...], depthwise: bool) -> np.ndarray:
    """Pixel by pixel; padding as TensorFlow's "same": the odd row or column below and to the right."""
    if x.ndim == 3:  # a series is an image of one row, whatever the stride
        return convolved(x[:, None], kernel[None], stride, (1, *size), depthwise)[:, 0]
    rows, columns = kernel.shape[:2]
    missing = [
        max((n - 1) * stride + side - have, 0)
        for n, side, have in zip(size, (rows, columns), x.shape[1:3], strict=True)
    ]
    x = np.pad(x, [(0, 0), *((m // 2, m - m // 2) for m in missing), (0, 0)])
    y = np.zeros((len(x), *size, kernel.shape[2] if depthwise else kernel.shape[3]))
    for row, column in np.ndindex(*size):
        window = x[:, row * stride : row * stride + rows, column * stride : column * stride + columns]
        pattern = "nijc,ijc->nc" if depthwise else "nijc,ijco->no"
        y[:, row, column] = np.einsum(pattern, window, kernel[..., 0] if depthwise else kernel)
    return y
