"""A student that begins with a float network's weights is nearly as good before training, and trains faster."""

from typing import Any

import numpy as np
import pytest

from edgeflow import catalog
from edgeflow.errors import InputError
from edgeflow.recipe import Student, Training
from edgeflow.training._augment import Examples
from edgeflow.training._fit import Task, accuracy, fit
from edgeflow.training._start import start, twin
from edgeflow.training._trained import LayerWeights

pytestmark = pytest.mark.train

DENSE = [{"units": 24}, {"units": 16, "activation_bits": 3}]
IMAGES = [
    {"filters": 6, "kernel": 3},
    {"residual": [{"depthwise": 3, "padding": "same"}, {"filters": 6, "kernel": 1}]},
    {"pool": "max", "size": 2},
]
NORMS = [{"filters": 6, "kernel": 3, "batch_norm": True}, {"pool": "max", "size": 2}, {"units": 16, "weight_bits": 3}]
STUDENTS: dict[str, dict[str, Any]] = {
    "dense": {"framework": "qkeras", "hidden": DENSE},
    "images": {"framework": "brevitas", "hidden": IMAGES},
    "norms": {"framework": "brevitas", "hidden": NORMS},
    "float scales": {"framework": "brevitas", "hidden": DENSE, "scale": "float", "per_channel": True},
}
WIDE = {"weight_bits": 16, "bias_bits": 16, "activation_bits": 16}


def brought(framework: str) -> Any:
    module = catalog.load("training", framework)
    return (module.QKeras if framework == "qkeras" else module.Brevitas)()


def fitted(framework: Any, model: Any, epochs: int) -> Any:
    module = catalog.load("datasets", "digits")
    data = module.load()
    examples = Examples(data.x_train, data.y_train, module.SHAPE, 0)
    schedule = Training(epochs=epochs)
    task = Task(module.SHAPE, 10, examples, data.x_validation, data.y_validation, schedule)
    fit(framework.learner(model, task, None, {}), task, 1, "", lambda _: None)
    return model


@pytest.mark.parametrize("name", STUDENTS)
def test_it_starts_near_the_float_network_and_stays_before_one_from_scratch(name: str) -> None:
    spec = Student.model_validate(STUDENTS[name])
    module = catalog.load("datasets", "digits")
    data, framework = module.load(), brought(spec.framework)

    def score(model: Any) -> float:
        return accuracy(framework.logits(model, data.x_validation), data.y_validation)

    network = fitted(framework, framework.float_network(twin(spec), module.SHAPE, 10, 1), 15)
    student, scratch = (framework.student(spec, module.SHAPE, 10, 1) for _ in range(2))
    assert score(student) < 0.4
    start(framework, network, student, spec, module.SHAPE, 10, data.x_train)
    assert score(student) > score(network) - 0.07 and score(student) > 0.75
    assert score(fitted(framework, student, 3)) >= score(fitted(framework, scratch, 3))


@pytest.mark.parametrize("framework_name", ["qkeras", "brevitas"])
def test_in_wide_formats_the_logits_are_the_float_ones_times_a_number(framework_name: str) -> None:
    """Every factor that goes into a layer comes out of the next one, branches included."""
    branch = [WIDE | layer for layer in IMAGES[1]["residual"]]
    hidden = [WIDE | IMAGES[0], {"residual": branch, "activation_bits": 16}, IMAGES[2]]
    spec = Student.model_validate(
        {"framework": framework_name, "input_bits": 8, "hidden": hidden, "output": {"weight_bits": 16, "bias_bits": 16}}
    )
    framework, shape = brought(framework_name), (8, 8, 1)
    x = np.random.default_rng(4).integers(0, 256, (300, 64)).astype(np.float32) / 256
    network, student = framework.float_network(twin(spec), shape, 10, 5), framework.student(spec, shape, 10, 6)
    small = {
        name: LayerWeights(layer.kernel / (2 if name == "conv_0" else 3), layer.bias + 0.1)
        for name, layer in framework.weights(network).items()
    }
    framework.fill(network, small)  # no two kernels of a branch exceed 1 together: a sum's sides share one factor
    start(framework, network, student, spec, shape, 10, x)
    ours, wanted = framework.logits(student, x), framework.logits(network, x)
    factor = float((ours * wanted).sum() / np.square(wanted).sum())
    assert np.abs(ours - factor * wanted).max() < 0.002 * np.abs(ours).max()


def test_a_student_without_relus_has_no_float_twin() -> None:
    spec = Student.model_validate({"framework": "brevitas", "hidden": [{"units": 4, "activation": "bipolar"}]})
    with pytest.raises(InputError, match="bipolar: a float network has ReLUs"):
        twin(spec)
