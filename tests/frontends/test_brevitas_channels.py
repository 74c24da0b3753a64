"""Samples with several channels: data sets have them last, PyTorch and the exported file first."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edgeflow import catalog
from edgeflow.recipe import Student
from edgeflow.verify import reference

pytestmark = pytest.mark.train
STUDENTS = {
    "windows": [{"filters": 3, "kernel": 3, "weight_bits": 3}, {"units": 5}],
    "dense": [{"units": 5, "weight_bits": 3}],
}


@pytest.mark.parametrize("hidden", STUDENTS)
def test_every_channel_reaches_its_place(hidden: str) -> None:
    from edgeflow.frontends import brevitas
    from edgeflow.training import _torch
    from edgeflow.training._torch_build import student_model

    shape, framework = (5, 4, 2), catalog.load("training", "brevitas").FRAMEWORK
    spec = Student.model_validate({"framework": "brevitas", "scale": "float", "hidden": STUDENTS[hidden]})
    model = _torch.initialize(student_model(spec, shape, 3), seed=3)
    trained: Any = SimpleNamespace(qonnx=framework.qonnx(model))
    x = np.random.default_rng(1).integers(0, 16, (50, 40)).astype(np.float32) / 16
    lowered = brevitas.lower(trained, "net")
    frames = lowered.entry.quantize(x)
    reals = lowered.entry.dequantize(frames).astype(np.float32)
    assert np.array_equal(reals.reshape(50, 40), x)
    reference.checked(lowered, frames, brevitas.execute(trained, reals), "QONNX executor")
    own = lowered.exit.integers(framework.logits(model, x))
    assert np.abs(own - lowered.network.run(frames)).max() <= 1  # float32 may decide a tie
    shuffled = lowered.entry.quantize(x.reshape(50, 5, 4, 2)[..., ::-1].reshape(50, 40))
    assert (lowered.network.run(shuffled) != lowered.network.run(frames)).any()
