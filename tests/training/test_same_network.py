"""A power-of-two recipe means one network in both frameworks: equal weights give equal logits, to the bit."""

from math import prod

import numpy as np
import pytest

from edgeflow.recipe import Student

pytestmark = pytest.mark.train

HIDDEN = [
    {"filters": 5, "kernel": 3, "stride": 2, "padding": "same", "weight_bits": 3},
    {"residual": [{"depthwise": 3, "padding": "same"}, {"filters": 5, "kernel": 1, "bias_bits": 4}]},
    {"pool": "average", "size": 2},
    {"filters": 16, "kernel": 2, "padding": "same", "activation_bits": 6},
    {"pool": "max", "size": 2},
    {"units": 16, "weight_bits": 2},
]
SERIES = [
    {"filters": 5, "kernel": 4, "stride": 3, "padding": "same", "weight_bits": 3},
    {"residual": [{"filters": 5, "kernel": 3, "padding": "same"}, {"filters": 5, "kernel": 1}]},
    {"pool": "average", "size": 4},
    {"filters": 7, "kernel": 2, "activation_bits": 6},
    {"pool": "max", "size": 2},
    {"units": 16, "activation_bits": 8},
]


@pytest.mark.parametrize(("hidden", "shape"), [(HIDDEN, (11, 9, 2)), (SERIES, (98, 2))])
def test_equal_weights_give_equal_logits(hidden: list[object], shape: tuple[int, ...]) -> None:
    from edgeflow.training import _build, _keras, _torch, _torch_build

    spec = Student.model_validate({"hidden": hidden})
    random = np.random.default_rng(4)
    x = random.integers(0, 256, (100, prod(shape))) / 256
    with _keras.float64():
        keras_model = _keras.initialize(_build.student_model(spec, shape, 10), seed=2)
        weights = {
            name: layer._replace(bias=random.uniform(-0.2, 0.2, layer.bias.shape))
            for name, layer in _keras.weights_of(keras_model).items()
        }
        expected = _keras.logits_of(_keras.with_weights(keras_model, weights), x)

    model = _torch_build.student_model(spec, shape, 10).double()
    _torch.with_weights(model, weights)
    np.testing.assert_array_equal(_torch.logits_of(model, x), expected)
    assert len(np.unique(expected)) > 100
    kernels = {name: layer.kernel for name, layer in _torch.weights_of(model).items()}
    assert all((kernels[name] == weights[name].kernel).all() for name in weights), "one convention"
