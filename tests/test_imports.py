"""``edgeflow import`` as its users see it: a file in, verified hardware out, no framework, a reason for every no."""

import json
import os
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
import pytest

sys.path.insert(0, str(Path(__file__).parent / "frontends"))

import onnx_models as models

from edgeflow import catalog, imports
from edgeflow.errors import InputError
from edgeflow.frontends import _samples, hgq2, qonnx
from edgeflow.frontends._onnx_executor import execute
from edgeflow.frontends._onnx_graph import read
from edgeflow.verify import reference

# Frameworks that are not to be imported, as modules that cannot be.
BLOCK = (
    "import sys; sys.modules.update(dict.fromkeys(['tensorflow', 'tf_keras', 'keras', 'torch', 'qkeras', 'brevitas']))"
)
RUN = f"{BLOCK}; from edgeflow.cli import main; main()"


def edgeflow(*arguments, folder=None, **environment):
    env = os.environ | environment
    command = [sys.executable, "-c", RUN, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=900, cwd=folder)


@pytest.fixture
def saved(tmp_path):
    def save(model, name="model.onnx"):
        onnx.save(model, tmp_path / name)
        return tmp_path / name

    return save


@pytest.mark.tools
def test_csim_is_a_rung_where_hls4ml_holds_the_file(saved, tmp_path, store):
    b = models.Builder((8,), 2)
    x = b.node("MatMul", b.quant("x", 2.0**-3, 6), b.weights((8, 6), 4, scale=np.float32(0.25)))
    x = b.quant(b.node("Relu", x), 2.0**-2, 4, signed=False)
    model = saved(b.model(b.node("MatMul", x, b.weights((6, 3), 3, scale=np.float32(0.5))), (3,)))
    asked = ("--csim", "--until", "verify", "--frames", 100, "--out", tmp_path / "out")
    shown = edgeflow("import", model, *asked, EDGEFLOW_STORE=str(store.root))
    assert shown.returncode == 0, shown.stderr
    assert list((tmp_path / "out" / "firmware").rglob("*.cpp"))
    refused = edgeflow("import", saved(models.mlp(per_channel=True), "float.onnx"), *asked)
    assert refused.returncode == 2 and "--csim: hls4ml does not hold the file exactly" in refused.stderr


@pytest.mark.tools
def test_a_file_becomes_a_bitstream_without_any_framework(saved, tmp_path, store):
    model = saved(models.mlp(per_channel=True), "My Net (final).onnx")
    samples = tmp_path / "samples.npz"
    np.savez(samples, x=np.random.default_rng(1).normal(0, 0.5, (20, 12)))
    shown = edgeflow(
        "import", model, "--inputs", samples, "--frames", 200, "--fps", 100_000, folder=tmp_path,
        EDGEFLOW_STORE=str(store.root),
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "Mismatches" in shown.stdout and "bitstream:" in shown.stdout
    made = tmp_path / "runs" / "my_net_final"
    assert (made / "board" / "my_net_final.bit").stat().st_size > 100_000
    assert "QONNX executor" in (made / "report.md").read_text()


def test_every_node_is_listed(saved):
    shown = edgeflow("check", saved(models.cnn()))
    assert shown.returncode == 0 and shown.stdout.count("supported") > 8
    assert "folded into the integers' scale" in shown.stdout and "on the host" in shown.stdout


def test_what_is_refused_is_named_with_exit_code_2(saved):
    b = models.Builder((4,))
    x = b.node("Magic", b.quant("x", 1.0, 4), domain="com.example", name="stranger\x1b[31m")
    model = saved(b.model(b.node("FloatQuant", x, domain=models.QONNX, name="float"), (4,)))
    for command in ("check", "import"):
        shown = edgeflow(command, model)
        said = shown.stdout + shown.stderr
        assert shown.returncode == 2 and "stranger" in said and "float" in said and "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--board", "ulx4s"), 'did you mean "ulx3s"'),
        (("--clock-mhz", 900), "exceeds"),
        (("--folding", "sideways"), "--folding"),
        (("--fps", 1e9), "more than one a cycle"),
        (("--until", "tomorrow"), "none of verify, report"),
        (("--inputs", "nowhere.npy"), "no such file"),
    ],
    ids=str,
)
def test_wrong_wishes_are_refused_before_work(saved, arguments, message):
    shown = edgeflow("import", saved(models.mlp()), *arguments)
    assert shown.returncode == 2 and message in shown.stderr, shown.stderr


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08" * 4000, b"\x0a\xff\xff\xff\xff\x0f"], ids=range(4))
def test_damaged_files_end_in_a_sentence(tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no ONNX model"):
        qonnx.lower(path, "net")


def test_bytes_turned_at_random_never_end_in_a_traceback(saved, tmp_path):
    good, random = saved(models.mlp()).read_bytes(), np.random.default_rng(7)
    for i in range(300):
        bad = bytearray(good[: len(good) - (i % 3) * 17])
        for at in random.integers(0, len(bad), 1 + i % 5):
            bad[at] ^= 1 << int(random.integers(8))
        (tmp_path / "bad.onnx").write_bytes(bad)
        try:
            qonnx.lower(tmp_path / "bad.onnx", "net")
        except InputError as error:
            assert str(error)


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/hostname", "", "missing.bin"])
def test_data_outside_the_models_folder_are_refused(saved, tmp_path, location):
    (tmp_path.parent / "secret.bin").write_bytes(bytes(1024))
    model = models.mlp()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(InputError, match="no file below the model's folder"):
        qonnx.lower(path, "net")


def test_absurd_sizes_are_refused_before_memory_is_taken(saved):
    model = models.mlp()
    model.graph.initializer[0].dims[:] = [2**40]
    with pytest.raises(InputError, match="fits no FPGA"):
        qonnx.lower(saved(model), "net")
    b = models.Builder((4,))
    huge = b.node("ConstantOfShape", b.const([2**20, 2**20], np.int64))
    with pytest.raises(InputError, match="too large for any FPGA"):
        qonnx.lower(saved(b.model(b.node("Add", b.quant("x", 1.0, 4), huge), (4,))), "net")


def test_samples_hold_numbers_and_nothing_else(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{}, []], object), allow_pickle=True)
    np.save(tmp_path / "wrong.npy", np.zeros((3, 5)))
    for name in ("objects.npy", "wrong.npy"):
        with pytest.raises(InputError, match=name):
            _samples.read(tmp_path / name, (4,))


@pytest.mark.parametrize(
    ("stem", "name"),
    [("../../etc", "etc"), ("Net 1", "net_1"), ("module", "model_module"), ("7up", "model_7up"), ("\u00e4", "model")],
)
def test_names_of_files_become_names_of_modules(stem, name):
    assert imports.module_name(stem) == name


def agreement(model, frames=None):
    lowered = qonnx.lower_graph(read(model), "net")
    frames = np.arange(-8, 8)[:, None] if frames is None else frames
    values = execute(model, lowered.entry.dequantize(frames).astype(np.float32))
    return lowered, values, reference.agreement(lowered, frames, values, "executor")


def tied():
    """0.05 * 0.013 / 0.031 hits a half nearly: 4.2315 / 0.031 is 136.5 in float32 and not in fractions."""
    b = models.Builder((1,))
    x = b.node("Mul", b.quant("x", 0.05, 4), b.const(0.31))
    return b.model(b.quant(x, 0.031, 8), (1,))


def test_a_tie_is_shown_and_is_no_mismatch():
    lowered, _, found = agreement(tied())
    assert found.difference is None and found.ties > 0
    assert "exactly" in found.shown and abs(Fraction(found.shown.split("exactly ")[1]) % 1 - Fraction(1, 2)) < 1e-6
    assert np.array_equal(found.outputs, lowered.network.run(np.arange(-8, 8)[:, None]))


def test_a_wrong_step_is_a_mismatch_with_its_place():
    lowered, values, _ = agreement(models.mlp(), np.zeros((3, 12), np.int64))
    tap = lowered.taps[0]
    values[tap.tensor] = values[tap.tensor].copy()
    values[tap.tensor][1, 2] += tap.exit.scale.flat[0]
    found = reference.agreement(lowered, np.zeros((3, 12), np.int64), values, "executor")
    assert (found.difference.layer, found.difference.sample, found.difference.channel) == (tap.layer, 1, 2)


def keras_3_file(path, *layers):
    described = {"module": "keras", "class_name": "Sequential", "config": {"layers": list(layers)}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps(described))
    return path


def hgq2_layer(name, module, registered):
    return {"module": module, "class_name": name, "config": {"name": "layer"}, "registered_name": registered}


@pytest.mark.parametrize("command", ["check", "import"])
def test_without_hgq2_its_models_say_which_environment_they_need(tmp_path, command):
    shown = edgeflow(command, keras_3_file(tmp_path / "m.keras", hgq2_layer("QDense", "hgq.layers", "hgq>QDense")))
    assert shown.returncode == 3 and "Traceback" not in shown.stderr
    assert "environment of its own" in shown.stderr and 'pip install "edgeflow[hgq2]"' in shown.stderr
    assert "carries a package named qkeras" in shown.stderr


@pytest.mark.parametrize(
    "stranger",
    [
        ("Lambda", "keras.layers", None),
        ("QDense", "hgq_evil.layers", "hgq>QDense"),
        ("QDense", "hgq.layers", "evil>QDense"),
        ("function", "builtins", "function"),
        ("Dense", "keras.layers", "evil>Dense"),
    ],
    ids=str,
)
def test_a_keras_3_file_that_names_strangers_is_refused_unloaded(tmp_path, stranger):
    path = keras_3_file(tmp_path / "m.keras", hgq2_layer("QDense", "hgq.layers", "hgq>QDense"), hgq2_layer(*stranger))
    with pytest.raises(InputError, match=stranger[0]):
        hgq2.lower(path, "net")


def test_a_frontend_is_found_by_the_suffixes_it_declares(tmp_path, monkeypatch):
    """Without being imported: some would load TensorFlow."""
    assert imports.suffixes() == {".onnx": "qonnx", ".tflite": "tflite", ".keras": "hgq2"}
    (tmp_path / "frontends").mkdir()
    (tmp_path / "frontends" / "new.py").write_text('SUFFIXES = (".new",)\nraise RuntimeError("imported")\n')
    (tmp_path / "frontends" / "_part.py").write_text('SUFFIXES = (".part",)\n')
    monkeypatch.setattr(catalog, "PACKAGE", tmp_path)
    assert imports.suffixes() == {".new": "new"}
