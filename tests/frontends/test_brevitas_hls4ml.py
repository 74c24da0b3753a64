"""Brevitas through hls4ml: framework == csim == Network, and what hls4ml cannot hold refused by layer."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeflow.errors import UnsupportedLayerError
from edgeflow.recipe import Student
from edgeflow.recipe_layout import foldable

pytestmark = [pytest.mark.train, pytest.mark.tools]

NETWORKS: dict[str, dict[str, Any]] = {
    "dense": {"hidden": [{"units": 9, "weight_bits": 2}, {"units": 6, "weight_bits": 3, "activation_bits": 3}]},
    "images": {
        "input_bits": 3,
        "hidden": [
            {"filters": 4, "kernel": 3, "stride": 2, "padding": "same"},
            {"residual": [{"depthwise": 3, "padding": "same", "weight_bits": 5}, {"filters": 4, "kernel": 1}]},
            {"pool": "max", "size": 2},
            {"filters": 3, "kernel": 2, "padding": "same", "activation": "hard_tanh", "activation_integer_bits": 0},
            {"units": 5, "activation_bits": 6},
        ],
    },
}
SHAPE = (8, 8, 2)
SERIES = [
    {"filters": 4, "kernel": 5, "stride": 2, "padding": "same"},
    {"residual": [{"depthwise": 3, "padding": "same", "weight_bits": 5}, {"filters": 4, "kernel": 1}]},
    {"pool": "max", "size": 2},
    {"filters": 3, "kernel": 4, "padding": "same"},
    {"pool": "average", "size": 4},
    {"units": 5, "activation_bits": 6},
]


def student(spec: dict[str, Any]) -> Student:
    return Student.model_validate({"framework": "brevitas"} | spec)


@pytest.mark.parametrize("name", NETWORKS)
def test_framework_csim_and_network_agree_on_every_bit(name: str, tmp_path: Path) -> None:
    from edgeflow.frontends import brevitas, hls4ml_graph
    from edgeflow.training import _qonnx, _torch, _torch_build

    spec = student(NETWORKS[name])
    model = _torch.initialize(_torch_build.student_model(spec, SHAPE, 4), seed=3)
    random = np.random.default_rng(5)
    for layer in _torch.weighted(model).values():
        layer.bias.data = _torch.torch.from_numpy(random.uniform(-1, 1, len(layer.bias)).astype(np.float32))
    layout = spec.layout(SHAPE, 4)
    exported = brevitas.Exported(_qonnx.export(model), spec, layout)
    firmware = brevitas.convert_exported(exported, name, 100.0, tmp_path)
    network = hls4ml_graph.lower(firmware.nodes, name)

    x = random.integers(0, 256, (1000, 128)) / 256
    framework = _torch.logits_of(model.double(), x)
    np.testing.assert_array_equal(firmware.predict(x), framework)
    np.testing.assert_array_equal(network.output.real(network.run(firmware.quantize_input(x))), framework)
    assert len(np.unique(framework)) > 20
    assert network.input.width == spec.input_bits
    names = [layer.name for layer in network.layers]
    assert [n for n in names if n in {one.name for one in foldable(layout)}] == [one.name for one in foldable(layout)]
    config = (tmp_path / "hls4ml_config.yml").read_text()
    assert str(tmp_path) not in config and "!!python" not in config, "it names no folder and holds no objects"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"scale": "float"}, "dense_0 (QuantizedDense): hls4ml does not hold float scales exactly"),
        ({"per_channel": True}, "dense_0 (QuantizedDense): hls4ml does not hold a scale per channel exactly"),
        ({"hidden": [{"units": 3, "batch_norm": True, "weight_bits": 1}]}, "one bit, a batch norm exactly"),
        ({"hidden": [{"units": 3, "activation": "bipolar"}]}, "one bit exactly"),
        ({"hidden": [{"pool": "average", "size": 2}]}, "pool_0 (Pool): hls4ml does not hold an average exactly"),
    ],
)
def test_what_hls4ml_cannot_hold_is_refused_by_layer(spec: dict[str, Any], said: str, tmp_path: Path) -> None:
    from edgeflow.frontends import brevitas
    from edgeflow.frontends.hls4ml_graph import Verdict

    exported = brevitas.untrained(student({"hidden": [{"units": 3}]} | spec), (8, 8, 1), 4)
    with pytest.raises(UnsupportedLayerError) as error:
        brevitas.convert_exported(exported, "t", 100.0, tmp_path)
    assert said in str(error.value) and not list(tmp_path.iterdir())
    assert Verdict.REFUSED not in {finding.verdict for finding in brevitas.examine(exported)}  # lowered directly


@pytest.mark.parametrize("setting", [{}, {"scale": "float", "per_channel": True}], ids=str)
def test_a_series_is_lowered_directly_and_equals_its_executor(setting: dict[str, Any]) -> None:
    import onnx

    from edgeflow.frontends import _onnx_executor, brevitas, qonnx
    from edgeflow.frontends._onnx_graph import read
    from edgeflow.frontends.hls4ml_graph import Verdict
    from edgeflow.training import _qonnx, _torch, _torch_build
    from edgeflow.verify import reference

    spec, shape = student({"input_bits": 8, "hidden": SERIES} | setting), (61, 2)
    exported = brevitas.untrained(spec, shape, 4)
    assert Verdict.REFUSED not in {finding.verdict for finding in brevitas.examine(exported)}
    assert "conv_0 (QuantizedConv): hls4ml does not hold" in str(next(iter(brevitas._refused(exported))))

    model = _torch.initialize(_torch_build.student_model(spec, shape, 4), seed=3)
    exported_model = onnx.load_model_from_string(_qonnx.export(model))
    lowered = qonnx.lower_graph(read(exported_model), "series")
    x = np.random.default_rng(5).integers(0, 256, (1000, 122)).astype(np.float32) / 256
    reals = _torch.shaped(x, shape).numpy()
    frames = lowered.entry.quantize(reals)
    found = _onnx_executor.execute(exported_model, reals)
    agreed = reference.checked(lowered, frames, found, "QONNX executor")
    assert agreed.ties < 10 and len(np.unique(lowered.network.run(frames))) > 20
    if not setting:
        framework = _torch.logits_of(model.double(), x.astype(np.float64))
        np.testing.assert_array_equal(lowered.real(lowered.network.run(frames)), framework)


def test_converting_loads_no_tensorflow(tmp_path: Path) -> None:
    """It would be tied to Keras 3, and QKeras could not be used in the same process."""
    code = (
        "import pathlib, sys; from edgeflow.frontends import _project, brevitas; from edgeflow.recipe import Student;"
        "_project.compile_csim = lambda folder, project: 'none';"
        "student = Student.model_validate({'framework': 'brevitas', 'hidden': [{'units': 3}]});"
        "brevitas.convert_exported(brevitas.untrained(student, (8, 8, 1), 4), 't', 100.0, pathlib.Path(sys.argv[1]));"
        "print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_check_examines_an_untrained_student() -> None:
    from edgeflow.frontends import brevitas
    from edgeflow.frontends.hls4ml_graph import Verdict

    found = brevitas.examine(brevitas.untrained(student(NETWORKS["images"]), SHAPE, 4))
    assert {finding.verdict for finding in found} <= {Verdict.SUPPORTED, Verdict.REWRITTEN}
    assert {"conv_0", "depthwise_0", "conv_1", "add_0", "pool_0", "dense_1"} <= {finding.name for finding in found}
