"""Layered QKeras students come through hls4ml without loss: csim == QKeras, every logit of every image."""

from pathlib import Path

import numpy as np
import pytest

from edgeflow.frontends._firmware import Firmware
from edgeflow.recipe import Student

pytestmark = [pytest.mark.train, pytest.mark.tools]

IMAGES, CLASSES = 200, 4

# Between them: valid and same padding, a stride, odd rows left out by a pool, every pool, a branch, hidden dense.
STUDENTS = {
    "conv": (
        (9, 7, 1),
        [
            {"filters": 3, "kernel": 3, "weight_bits": 3, "activation_bits": 5},
            {"pool": "max", "size": 2},
            {"filters": 4, "kernel": 2, "padding": "same", "bias_bits": 9, "activation_integer_bits": 3},
            {"units": 5, "activation_bits": 2, "activation_integer_bits": 1},
        ],
    ),
    "residual": (
        (8, 7, 2),
        [
            {"filters": 4, "kernel": 3, "stride": 2, "padding": "same"},
            {"residual": [{"depthwise": 3, "padding": "same"}, {"filters": 4, "kernel": 1}], "activation_bits": 6},
            {"pool": "average", "size": 2},
            {"depthwise": 2, "weight_bits": 6},
            {"global_pool": "max"},
        ],
    ),
    "series": (
        (31, 2),
        [
            {"filters": 3, "kernel": 5, "stride": 2, "padding": "same", "weight_bits": 3, "activation_bits": 5},
            {"pool": "max", "size": 2},
            {"residual": [{"filters": 3, "kernel": 2, "padding": "same"}]},
            {"pool": "average", "size": 2},
            {"units": 5},
        ],
    ),
    "average": ((4, 4, 3), [{"filters": 2, "kernel": 1}, {"global_pool": "average"}]),
}


def spec_of(hidden: list[object]) -> Student:
    return Student.model_validate({"input_bits": 4, "hidden": hidden, "output": {"weight_bits": 5, "bias_bits": 4}})


@pytest.fixture(scope="module", params=STUDENTS)
def converted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """A student whose weights fill their whole ranges, ends included, and its firmware."""
    from edgeflow.frontends.qkeras import convert_model
    from edgeflow.training import _build, _keras

    shape, hidden = STUDENTS[request.param]
    model = _build.student_model(spec_of(hidden), shape, CLASSES)
    random = np.random.default_rng(7)
    model.set_weights([random.uniform(-1.2, 1.2, array.shape) for array in model.get_weights()])
    _keras.with_weights(model, _keras.weights_of(model))
    return model, convert_model(model, request.param, 100.0, tmp_path_factory.mktemp(request.param) / "firmware")


def images(features: int) -> np.ndarray:
    """Random ones on a grid finer than the input's, so that its rounding counts; all dark; all bright."""
    random = np.random.default_rng(8).integers(0, 256, (IMAGES, features)) / 256
    return np.concatenate([random, np.zeros((1, features)), np.full((1, features), 255 / 256)]).astype(np.float32)


def test_csim_equals_qkeras(converted: tuple[object, Firmware]) -> None:
    from edgeflow.training._keras import logits_of

    model, firmware = converted
    x = images(firmware.in_features)
    logits = logits_of(model, x)
    assert len(np.unique(logits)) > 20, "images must differ at the output, or equality says nothing"
    assert (firmware.predict(x) == logits).all()


def test_every_layer_keeps_its_name(converted: tuple[object, Firmware]) -> None:
    """The keys of hardware.folding are names in the graph."""
    model, firmware = converted
    kept = {layer.name for layer in model.layers}  # type: ignore[attr-defined]
    assert {node.name for node in firmware.nodes} == kept


def test_the_whole_trained_value_predicts_what_csim_does(converted: tuple[object, Firmware], tmp_path: Path) -> None:
    """Through TrainedModel and its files, in parts: what the pipeline calls."""
    from edgeflow import training
    from edgeflow.recipe import FloatNetwork
    from edgeflow.training import _keras
    from edgeflow.training._trained import state_of
    from edgeflow.training.qkeras import predict

    model, firmware = converted
    shape, hidden = STUDENTS[firmware.project]
    state = state_of(_keras.weights_of(model))
    baseline = FloatNetwork.model_validate({"hidden": [2]})
    made = training.TrainedModel("qkeras", "", {}, shape, CLASSES, spec_of(hidden), baseline, {}, state, (), {})
    made.save(tmp_path)
    x = images(firmware.in_features)
    assert (predict(training.load(tmp_path), x) == firmware.predict(x)).all()
