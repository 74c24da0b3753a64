"""``edgeflow quantize`` as its users see it: a float file and data in, a QONNX file and what it costs out."""

import json
import os
import subprocess
import sys

import float_models as models
import numpy as np
import onnx
import pytest

from edgeflow import catalog
from edgeflow.errors import InputError
from edgeflow.frontends import qonnx
from edgeflow.quantize import _data, wishes

# Frameworks that are not to be imported, as modules that cannot be; scikit-learn looks into them where they are.
BLOCK = "import sys; sys.modules.update(dict.fromkeys(['tensorflow', 'tf_keras', 'keras', 'torch', 'brevitas']))"


def edgeflow(*arguments, folder, block=BLOCK):
    command = [sys.executable, "-c", f"{block}; from edgeflow.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=300, cwd=folder)


@pytest.fixture
def folder(tmp_path):
    model = models.mlp(sizes=(64, 24, 16, 10))
    onnx.save(model, tmp_path / "net.onnx")
    x = models.samples(model, 100)
    np.savez(tmp_path / "x.npz", x=x)
    np.save(tmp_path / "y.npy", np.arange(100) % 10)
    return tmp_path


def test_a_float_file_becomes_a_file_for_import(folder):
    shown = edgeflow(
        "quantize", "net.onnx", "--data", "x.npz", "--labels", "y.npy", "--weight-bits", 4, "--bits", "fc1=6,5",
        "--method", "percentile", "--per-tensor", folder=folder,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "biases corrected" in shown.stdout and "net_quantized.onnx" in shown.stdout
    report = json.loads((folder / "net_quantized.json").read_text())
    assert (report["calibration_samples"], report["measured_samples"]) == (80, 20)
    assert [layer["weight_bits"] for layer in report["layers"]] == [None, 4, 6, 4]
    assert 0 <= report["corrected"]["accuracy"] <= 1 and not report["per_channel"]
    assert qonnx.lower(folder / "net_quantized.onnx", "net").network.in_features == 64


def test_a_data_set_calibrates_by_training_and_is_measured_by_validation(folder):
    shown = edgeflow("quantize", "net.onnx", "--data", "digits", "--out", "made/q.onnx", folder=folder, block="pass")
    assert shown.returncode == 0, shown.stderr
    report = json.loads((folder / "made" / "q.json").read_text())
    assert (report["calibration_samples"], report["measured_samples"]) == (1000, 270)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "digit"), 'did you mean "digits"'),
        (("--data", "x.npz", "--method", "best"), "none of minmax, percentile, mse"),
        (("--data", "x.npz", "--scale", "half"), "none of float, power_of_two"),
        (("--data", "x.npz", "--bits", "fc1=6"), "NAME=W,A"),
        (("--data", "x.npz", "--bits", "fc9=6,6"), 'did you mean "fc'),
        (("--data", "x.npz", "--weight-bits", 1), "2 to 12"),
        (("--data", "digits", "--labels", "y.npy"), "has its own"),
        (("--data", "nowhere.npy"), "no such file"),
        (("--data", "x.npz", "--out", "made.bin"), "must end in .onnx"),
        (("--data", "y.npy"), "samples of (64,)"),
    ],
    ids=str,
)
def test_mistakes_are_told_with_exit_code_2(folder, arguments, message):
    shown = edgeflow("quantize", "net.onnx", *arguments, folder=folder)
    assert shown.returncode == 2 and message in shown.stderr, shown.stderr
    assert not list(folder.glob("*quantized*"))


def test_images_come_as_the_model_takes_them():
    data = catalog.load("datasets", "digits").load()
    flat = _data.read("digits", None, (64,), 50)
    first, last = (_data.read("digits", None, shape, 50).measured for shape in ((1, 8, 8), (8, 8, 1)))
    assert np.array_equal(flat.measured, data.x_validation) and len(flat.calibration) == 50
    assert np.array_equal(first.reshape(-1, 64), flat.measured) and last.shape[1:] == (8, 8, 1)
    with pytest.raises(InputError, match="the model takes"):
        _data.read("digits", None, (3, 8, 8), 50)


def test_files_with_too_few_or_wrong_samples_are_refused(folder):
    for values, message in ((np.zeros((3, 64)), "3 samples"), (np.full((20, 64), np.nan), "inf or nan")):
        np.save(folder / "bad.npy", values)
        with pytest.raises(InputError, match=message):
            _data.read(str(folder / "bad.npy"), None, (64,), 50)
    with pytest.raises(InputError, match=r"samples of \(\)|labels of 100"):
        _data.read(str(folder / "x.npz"), folder / "bad.npy", (64,), 50)


def test_a_layers_name_may_hold_slashes_and_equal_signs():
    assert wishes.bits(4, 4, 8, ["/a=b/Gemm=3,5"]).layers == {"/a=b/Gemm": (3, 5)}
