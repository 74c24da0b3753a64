"""Brevitas: deterministic, by the same rules as QKeras, and every kind of layer exported as it computes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeflow import catalog, training
from edgeflow.recipe import Recipe, Student
from edgeflow.training import TrainedModel

pytestmark = pytest.mark.train

SMALL: dict[str, Any] = {
    "name": "small",
    "dataset": "digits",
    "teacher": {"hidden": [32], "members": 2, "training": {"epochs": 12}},
    "baseline": {"hidden": [{"filters": 4, "kernel": 3, "stride": 2, "padding": "same"}], "training": {"epochs": 5}},
    "student": {"framework": "brevitas", "hidden": [{"units": 12, "weight_bits": 3}]},
    "compression": [{"distill": {"temperature": 2.0, "shift_pixels": 0.25}}],
    "training": {"epochs": 12, "learning_rate": 0.01},
}


def train(**changes: object) -> tuple[TrainedModel, list[str]]:
    from edgeflow.training.brevitas import train

    lines: list[str] = []
    return train(Recipe.model_validate(SMALL | changes), lines.append), lines


@pytest.fixture(scope="module")
def trained() -> tuple[TrainedModel, list[str]]:
    return train()


def arrays(model: TrainedModel) -> list[np.ndarray]:
    return [array for layer in model.baseline.values() for array in layer] + [*model.student.values()]


def test_the_same_recipe_gives_the_same_arrays_and_another_seed_others(trained) -> None:
    again, _ = train(name="other")
    assert again.recipe_digest == trained[0].recipe_digest and again.scores == trained[0].scores
    assert all((a == b).all() for a, b in zip(arrays(again), arrays(trained[0]), strict=True))
    assert again.qonnx == trained[0].qonnx
    other, _ = train(seed=2, compression=[])
    assert any((a != b).any() for a, b in zip(arrays(other), arrays(trained[0]), strict=True))
    assert not other.distilled, "no lesson, one student"
    assert other.scores["student_with_distillation"] == other.scores["student_without_distillation"]


def test_it_learns_and_keeps_the_better_student(trained) -> None:
    model, lines = trained
    scores = model.scores
    assert scores["teacher"].validation > 0.9 and scores["student"].validation > 0.8
    pair = scores["student_with_distillation"].validation, scores["student_without_distillation"].validation
    assert scores["student"].validation == max(pair) and model.distilled == (pair[0] >= pair[1])
    assert scores["student_with_distillation"].train != scores["student_without_distillation"].train
    assert set(model.versions) == {"torch", "brevitas", "qonnx", "numpy"}
    for said in ("teacher 2 of 2: epoch 12/12", "baseline 1 of 1", "student without distillation", "validation"):
        assert said in "\n".join(lines)


def test_scores_are_those_of_the_stored_model(trained, tmp_path: Path) -> None:
    from edgeflow.training.brevitas import predict

    trained[0].save(tmp_path)
    loaded = training.load(tmp_path)
    assert all((a == b).all() for a, b in zip(arrays(loaded), arrays(trained[0]), strict=True))
    assert loaded.scores == trained[0].scores and loaded.spec == trained[0].spec
    assert (tmp_path / "student.qonnx.onnx").read_bytes() == loaded.qonnx == trained[0].qonnx
    data = catalog.load("datasets", "digits").load()
    logits = predict(loaded, data.x_test)
    assert logits.dtype == np.float64 and (logits * 1024 == np.round(logits * 1024)).all(), "dyadic, so exact"
    assert float((logits.argmax(axis=1) == data.y_test).mean()) == loaded.scores["student"].test


def test_the_float_baseline_is_what_onnx_runtime_measures(trained) -> None:
    """Its weights have the layout's convention: strided ``same`` padding and channels last included."""
    from edgeflow.estimate.baseline import measure
    from edgeflow.training import _torch, _torch_build

    model, _ = trained
    data = catalog.load("datasets", "digits").load()
    network = _torch_build.float_model(model.baseline_spec, model.shape, model.classes)
    for name, layer in _torch.weighted(network).items():
        kernel = model.baseline[name].kernel
        axes = (1, 0) if kernel.ndim == 2 else (3, 2, 0, 1)
        layer.weight.data = _torch.torch.from_numpy(kernel.transpose(axes).copy())
        layer.bias.data = _torch.torch.from_numpy(model.baseline[name].bias)
    ours = _torch.logits_of(network, data.x_test)
    theirs = measure(model.baseline_layout, model.baseline, data.x_test).logits
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    accuracy = float((theirs.argmax(axis=1) == data.y_test).mean())
    assert accuracy == pytest.approx(model.scores["baseline"].test, abs=0.003)


@pytest.mark.parametrize("pixels", [0, 0.25, 1.0])
def test_training_draws_what_the_teacher_saw(pixels: float) -> None:
    from edgeflow.training._augment import Examples
    from edgeflow.training._torch import Network, torch
    from edgeflow.training._torch_fit import Drawing

    random = np.random.default_rng(1)
    x = random.integers(0, 256, (5, 24)).astype(np.float32) / 256
    drawn = Examples(x, np.zeros(5, np.int64), (4, 3, 2), pixels)
    seen = np.concatenate([drawn.copy(c) for c in range(len(drawn.taps))])
    rows = random.permutation(len(seen))
    for shape in ((4, 3, 2), (24,)):
        made = Drawing(Network(shape, []), drawn)(torch.from_numpy(rows)).numpy()
        flat = made.transpose(0, 2, 3, 1) if len(shape) == 3 else made
        assert (flat.reshape(len(rows), 24) == seen[rows]).all()


def test_the_lesson_is_that_of_keras() -> None:
    from edgeflow.training._keras_fit import _soft_loss
    from edgeflow.training._torch import torch
    from edgeflow.training._torch_fit import soft_loss

    logits, teacher = np.random.default_rng(1).normal(0, 3, (2, 7, 10)).astype(np.float32)
    ours = soft_loss(torch.from_numpy(logits), torch.from_numpy(teacher), 2.5).item()
    assert ours == pytest.approx(float(_soft_loss(logits, teacher, 2.5)), rel=1e-5)


BOTH = [{}, {"per_channel": True}, {"scale": "float"}, {"scale": "float", "per_channel": True}]
DENSE = {"hidden": [{"units": 9, "weight_bits": 2}, {"units": 8, "batch_norm": True}]}
BIPOLAR = {
    "hidden": [
        {"units": 16, "weight_bits": 1, "activation": "bipolar", "batch_norm": True},
        {"units": 12, "weight_bits": 1, "activation": "hard_tanh", "activation_bits": 3, "activation_integer_bits": 0},
    ],
    "output": {"weight_bits": 1},
}
IMAGES = {
    "hidden": [
        {"filters": 5, "kernel": 3, "stride": 2, "padding": "same", "batch_norm": True},
        {"residual": [{"depthwise": 3, "padding": "same"}, {"filters": 5, "kernel": 1}]},
        {"residual": [{"depthwise": 3, "padding": "same", "batch_norm": True}]},
        {"pool": "average", "size": 2},
        {"filters": 4, "kernel": 2, "padding": "same"},
        {"pool": "max", "size": 2},
        {"global_pool": "average"},
        {"units": 6},
    ]
}
SERIES = {
    "hidden": [
        {"filters": 5, "kernel": 4, "stride": 2, "padding": "same", "batch_norm": True},
        {"residual": [{"depthwise": 3, "padding": "same"}, {"filters": 5, "kernel": 1}]},
        {"pool": "average", "size": 2},
        {"filters": 4, "kernel": 3, "activation": "hard_tanh"},
        {"pool": "max", "size": 2},
        {"global_pool": "average"},
    ]
}


def made(hidden: dict[str, Any], setting: dict[str, Any], shape: tuple[int, ...]) -> tuple[Any, np.ndarray]:
    """A student some steps from its start, so that batch norms and scales are no plain numbers, and some inputs."""
    from edgeflow.training import _torch, _torch_build

    torch = _torch.torch
    student = Student.model_validate({"framework": "brevitas"} | setting | hidden)
    model = _torch.initialize(_torch_build.student_model(student, shape, 10), 1)
    random = np.random.default_rng(3)
    x = random.integers(0, 256, (24, int(np.prod(shape)))).astype(np.float32) / 256
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    y = torch.from_numpy(random.integers(0, 10, 24))
    for _ in range(3):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(_torch.shaped(x, model.shape)), y).backward()
        optimizer.step()
    return model, x


@pytest.mark.parametrize("setting", BOTH, ids=str)
@pytest.mark.parametrize("hidden", [DENSE, BIPOLAR, IMAGES, SERIES], ids=["dense", "bipolar", "images", "series"])
def test_every_kind_of_layer_is_exported_as_it_computes(hidden: dict[str, Any], setting: dict[str, Any]) -> None:
    """QONNX's own executor gives Brevitas's logits: to the bit where every number is dyadic, else to float32."""
    import onnx
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx

    from edgeflow.training import _qonnx, _torch

    model, x = made(hidden, setting, (42, 2) if hidden is SERIES else (8, 8, 2))
    graph = ModelWrapper(onnx.load_from_string(_qonnx.export(model)))
    x = x[:8]
    inputs = _torch.shaped(x, model.shape).numpy()
    theirs = np.concatenate([execute_onnx(graph, {"features": sample[None]})["logits"] for sample in inputs])
    ours = _torch.logits_of(model, x)
    assert np.ptp(ours) > 0
    if not setting and hidden in (DENSE, BIPOLAR):
        np.testing.assert_array_equal(theirs, ours)
    np.testing.assert_allclose(theirs, ours, atol=1e-5)
    assert (theirs.round(4).argmax(axis=1) == ours.round(4).argmax(axis=1)).all(), "rounded, for sums of bits often tie"


@pytest.mark.parametrize("setting", BOTH, ids=str)
def test_the_exported_graph_is_clean(setting: dict[str, Any]) -> None:
    """The input quantizer first, layers under their names of the layout, nothing that a reader must fold."""
    import onnx

    from edgeflow.training import _qonnx

    model, _ = made(IMAGES, setting, (8, 8, 2))
    content = _qonnx.export(model)
    assert content == _qonnx.export(model)
    graph = onnx.load_from_string(content).graph
    names = [node.name for node in graph.node]
    assert len(set(names)) == len(names) and all(name.isidentifier() for name in names)
    assert graph.node[0].name == "input_quantizer" and graph.node[0].input[0] == "features"
    assert [value.name for value in (*graph.input, *graph.output)] == ["features", "logits"]
    kinds = {node.name: node.op_type for node in graph.node}
    wanted = {"conv_0": "Conv", "norm_0": "BatchNormalization", "relu_0": "Relu", "relu_0_quant": "Quant",
              "conv_0_weight": "Quant", "depthwise_0": "Conv", "add_0": "Add", "pool_0": "AveragePool",
              "pool_1": "MaxPool", "dense_1": "Gemm", "dense_1_bias": "Quant"}  # fmt: skip
    assert {name: kinds.get(name) for name in wanted} == wanted
    assert set(kinds.values()) <= {"Quant", "Conv", "BatchNormalization", "Relu", "Add", "AveragePool", "MaxPool",
                                   "Transpose", "Flatten", "Gemm", "MatMul"}  # fmt: skip
    scales = {i.name: list(i.dims) for i in graph.initializer if i.name.endswith("weight_scale")}
    per_channel = setting.get("per_channel", False)
    assert scales["conv_0_weight_scale"] == ([5, 1, 1, 1] if per_channel else [])
    assert scales["dense_1_weight_scale"] == [], "logits compare, so one scale"


@pytest.mark.parametrize("setting", BOTH, ids=str)
def test_scales_are_powers_of_two_unless_floats_are_asked_for(setting: dict[str, Any]) -> None:
    import onnx

    from edgeflow.training import _qonnx

    graph = onnx.load_from_string(_qonnx.export(made(BIPOLAR, setting, (8, 8, 1))[0])).graph
    arrays = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    del arrays["norm_0_scale"]
    powers = [(np.frexp(array)[0] == 0.5).all() for name, array in arrays.items() if name.endswith("_scale")]
    assert all(powers) == ("scale" not in setting)
    assert arrays["input_quantizer_scale"].item() == 1 / 16 and arrays["bipolar_0_scale"].item() == 1


def test_loading_imports_no_framework(trained, tmp_path: Path) -> None:
    trained[0].save(tmp_path)
    code = (
        "import sys, pathlib, json; from edgeflow import training; training.load(pathlib.Path(sys.argv[1]));"
        "print(json.dumps(sorted({'torch', 'brevitas', 'tensorflow', 'onnx'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
