"""Surgery computes the same: == on the quantized student, in both frameworks, on every kind of layer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeflow.errors import InputError
from edgeflow.recipe import Student
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._surgery import sites
from edgeflow.training.steps import deepen, narrow, widen

pytestmark = pytest.mark.train
MakeLab = Callable[[str], Lab[Any]]

DENSE = {"hidden": [{"units": 12, "weight_bits": 2}, {"units": 9, "weight_bits": 3}]}
IMAGES = {
    "hidden": [
        {"filters": 5, "kernel": 3},
        {"depthwise": 2},
        {"pool": "max", "size": 2},
        {"filters": 4, "kernel": 2},
        {"residual": [{"filters": 6, "kernel": 1}, {"filters": 4, "kernel": 1}]},
        {"units": 7},
    ]
}
NORMED = {"hidden": [{"filters": 5, "kernel": 3, "batch_norm": True}, {"units": 6, "batch_norm": True}]}
CASES = [
    ("qkeras", DENSE, {"dense_0": 20, "dense_1": 10}),
    ("qkeras", IMAGES, {"conv_0": 8, "conv_2": 9, "dense_0": 11}),
    ("brevitas", DENSE, {"dense_0": 20, "dense_1": 10}),
    ("brevitas", IMAGES, {"conv_0": 8, "conv_2": 9, "dense_0": 11}),
    ("brevitas", NORMED | {"per_channel": True}, {"conv_0": 8, "dense_0": 7}),
]


def start(lab: Lab[Any], student: dict[str, Any]) -> Candidate:
    """A student with biases and weights of every size."""
    spec = Student.model_validate({"framework": lab.framework.name} | student)
    candidate, random = lab.fresh(spec), np.random.default_rng(5)
    noise = {
        key: (array + random.normal(0, 0.3, array.shape)).astype(np.float32)
        for key, array in candidate.latent.items()
        if key.split("/")[1] in ("kernel", "bias")
    }
    return replace(candidate, latent=candidate.latent | noise)


def logits(lab: Lab[Any], candidate: Candidate) -> np.ndarray:
    return lab.framework.logits(lab.model(candidate), lab.task.x_validation)


@pytest.mark.parametrize(("framework", "student", "layers"), CASES)
def test_a_widened_student_computes_the_same(
    framework: str, student: dict[str, Any], layers: dict[str, int], small_lab: MakeLab
) -> None:
    lab, random = small_lab(framework), np.random.default_rng(1)
    first = start(lab, student)
    made = first
    for name, channels in layers.items():
        made = widen.widened(lab, made, name, channels, random)
    assert {one.name: one.channels for one in sites(lab.layout(made.spec)) if one.name in layers} == layers
    section = widen.Section(layers=layers)
    assert widen.resized(section, first.spec, lab.task.shape, lab.task.classes) == made.spec, "known before"
    assert np.ptp(logits(lab, first)) > 0 and lab.weight_bits(made.spec) > lab.weight_bits(first.spec)
    if "per_channel" in student:  # batch norms are floats, and more inputs are summed in another order
        np.testing.assert_allclose(logits(lab, made), logits(lab, first), atol=1e-5)
    else:
        assert (logits(lab, made) == logits(lab, first)).all()


@pytest.mark.parametrize(("framework", "student"), [("qkeras", DENSE), ("brevitas", DENSE), ("brevitas", IMAGES)])
def test_a_deepened_student_computes_the_same(framework: str, student: dict[str, Any], small_lab: MakeLab) -> None:
    lab = small_lab(framework)
    first = start(lab, student)
    for after in ("dense_0", "conv_0") if student is IMAGES else ("dense_0",):
        section = deepen.Section(after=after)
        made = deepen.deepened(lab, first, section)
        assert deepen.resized(section, first.spec, lab.task.shape, lab.task.classes) == made.spec, "known before"
        assert len(made.spec.hidden) == len(first.spec.hidden) + 1
        assert (logits(lab, made) == logits(lab, first)).all()


@pytest.mark.parametrize("framework", ["qkeras", "brevitas"])
def test_narrowing_takes_out_what_nobody_needs(framework: str, small_lab: MakeLab) -> None:
    lab = small_lab(framework)
    first = start(lab, DENSE)
    kernels = {name: first.latent[f"{name}/kernel"].copy() for name in ("dense_0", "dense_1", "dense_2")}
    kernels["dense_2"][3] = 0  # the only reader of a neuron of dense_1 ...
    kernels["dense_1"][7, [i for i in range(9) if i != 3]] = 0  # ... which is the only reader of one of dense_0
    kernels["dense_0"][:, 2] = 0
    bias = first.latent["dense_0/bias"].copy()
    bias[2] = -0.5  # always zero
    latent = {f"{name}/kernel": kernel for name, kernel in kernels.items()} | {"dense_0/bias": bias}
    first = replace(first, latent=first.latent | latent)
    made, found = narrow.run(lab, first, narrow.Section())
    assert found == {"removed": {"dense_0": 2, "dense_1": 1}}
    assert [layer.units for layer in made.spec.hidden] == [10, 8]
    assert (logits(lab, made) == logits(lab, first)).all()
    assert narrow.run(lab, made, narrow.Section())[1] == {"removed": {}}


def test_a_widened_student_is_trained_on_and_its_copies_part(small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    first = lab.trained(lab.fresh(lab.recipe.student), "student")
    made, found = widen.run(lab, first, widen.Section(layers={"dense_0": 24}))
    assert found["untrained"] == lab.validation(first)
    kernel = made.latent["dense_0/kernel"]
    assert kernel.shape == (64, 24) and len(np.unique(kernel, axis=1).T) > 18, "but for neurons that never fire"


def test_masks_follow(small_lab: MakeLab) -> None:
    lab, random = small_lab("brevitas"), np.random.default_rng(2)
    first = start(lab, DENSE)
    masks = {name: random.random(first.latent[f"{name}/kernel"].shape) < 0.5 for name in ("dense_0", "dense_1")}
    kept = {f"{name}/kernel": np.where(mask, first.latent[f"{name}/kernel"], 0) for name, mask in masks.items()}
    latent = first.latent | {key: kernel.astype(np.float32) for key, kernel in kept.items()}
    first = replace(first, masks=masks, latent=latent)
    for made in (
        widen.widened(lab, first, "dense_0", 20, np.random.default_rng(1)),
        deepen.deepened(lab, first, deepen.Section(after="dense_0")),
    ):
        assert len(made.masks) == 2
        for name, mask in made.masks.items():
            assert (made.latent[f"{name}/kernel"][~mask] == 0).all() and not mask.all()


@pytest.mark.parametrize(
    ("name", "channels", "student", "said"),
    [
        ("dense_1", 3, DENSE, "has 9 channels, more than 3"),
        ("dense_2", 12, DENSE, 'layer "dense_2" has no free channels'),
        ("conv_1", 9, IMAGES, 'layer "conv_1" has no free channels'),
        ("dense_0", 20, {"hidden": [{"units": 5}, {"units": 4, "weight_bits": 1}]}, "one-bit weights"),
    ],
)
def test_what_cannot_be_widened_is_said(
    name: str, channels: int, student: dict[str, Any], said: str, small_lab: MakeLab
) -> None:
    lab = small_lab("brevitas")
    with pytest.raises(InputError, match=said):
        widen.widened(lab, start(lab, student), name, channels, np.random.default_rng(1))
