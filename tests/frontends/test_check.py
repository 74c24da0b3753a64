"""``edgeflow check`` as users and scripts see it: every layer, exit codes, and no code of a stranger's file runs."""

import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from edgeflow import check
from edgeflow.errors import InputError, RecipeError
from edgeflow.frontends.hls4ml_graph import Finding, Verdict

MODELS = Path(__file__).parents[2] / "models"


def verdicts(found: tuple[Finding, ...]) -> dict[str, str]:
    return {finding.name: finding.verdict.value for finding in found}


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    """One good model in both formats."""
    import keras_models

    folder = tmp_path_factory.mktemp("saved")
    model = keras_models.built(keras_models.EXACT, "everything")
    for suffix in (".keras", ".h5"):
        model.save(folder / f"good{suffix}")
    return folder


@pytest.mark.train
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_every_layer_of_a_keras_file_is_listed(saved, suffix):
    found = check.check(saved / f"good{suffix}")
    assert check.exit_code(found) == 0
    lines = {finding.name: (finding.class_name, finding.verdict, finding.how) for finding in found}
    assert lines["folded"] == ("QConv2DBatchnorm", Verdict.SUPPORTED, "")
    assert lines["dilated"][1:] == (Verdict.REWRITTEN, "taps that are zero left out: dilation 2 x 2")
    assert lines["dropped"][1:] == (Verdict.REWRITTEN, "left out: it does nothing at inference")
    assert len(lines) == 17 and not [name for name in lines if not name]


@pytest.mark.train
def test_a_file_is_read_as_it_was_saved(saved):
    import keras_models
    import numpy as np

    from edgeflow.frontends import _keras_file

    model = keras_models.built(keras_models.EXACT, "everything")
    x = np.random.default_rng(3).uniform(-2, 2, (20, *keras_models.IMAGE)).astype(np.float32)
    for suffix in (".keras", ".h5"):
        assert (_keras_file.load(saved / f"good{suffix}")(x).numpy() == model(x).numpy()).all()


@pytest.mark.train
def test_a_recipe_is_checked_before_training():
    found = check.check(MODELS / "mnist_residual" / "recipe.yaml")
    assert check.exit_code(found) == 0
    assert verdicts(found)["add_0"] == verdicts(found)["depthwise_0"] == "supported"


@pytest.mark.train
def test_the_command_lists_refused_layers_and_ends_with_2(tmp_path):
    import keras_models as k

    model = k.model((7, 2), lambda x: k.layers.LSTM(3, name="b")(k.layers.GRU(2, return_sequences=True, name="a")(x)))
    model.save(tmp_path / "recurrent.h5")
    command = [sys.executable, "-m", "edgeflow.cli", "check", str(tmp_path / "recurrent.h5")]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert shown.returncode == 2 and "Traceback" not in shown.stderr
    rows = [line.split(None, 3) for line in shown.stdout.splitlines()]
    assert [row[:3] for row in rows] == [
        ["features", "InputLayer", "supported"],
        ["quantized", "QActivation", "supported"],
        ["a", "GRU", "refused"],
        ["b", "LSTM", "refused"],
    ]
    assert rows[2][3].startswith("recurrent")


@pytest.mark.train
def test_a_lambda_is_refused_and_never_made(tmp_path):
    """Keras unmarshals its code while it loads the file."""
    import keras_models as k

    model = k.model((7,), lambda x: k.layers.Lambda(lambda t: t + 1, name="code")(x))
    for suffix in (".keras", ".h5"):
        model.save(tmp_path / f"code{suffix}")
        found = check.check(tmp_path / f"code{suffix}")
        assert verdicts(found) == {"features": "supported", "quantized": "supported", "code": "refused"}


def arch(**of_dense) -> dict:
    """A model of one layer, as Keras describes it."""
    config = {"name": "dense", "units": 3, "batch_input_shape": [None, 4], **of_dense}
    return {"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "QDense", "config": config}]}}


def keras_file(path: Path, description: object, version: str = "2.21.0") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps(description))
    return path


def calls(module: str, name: str) -> dict:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


HOSTILE = {
    "a function for a quantizer": (arch(kernel_quantizer=calls("os", "system")), "dense: kernel_quantizer is function"),
    "a class for a quantizer": (
        arch(bias_quantizer={"class_name": "Lambda", "config": {}}),
        "bias_quantizer is Lambda",
    ),
    "code in a call": (
        arch(kernel_quantizer="quantized_bits(__import__('os').system('id'))"),
        "dense: kernel_quantizer = ",
    ),
    "a call of another function": (arch(activation="exec('1')"), "dense: activation = "),
    "an object where a number belongs": (
        arch(units={"module": "os", "class_name": "system"}),
        "dense: units is system",
    ),
    "no layers": ({"class_name": "Model", "config": {}}, "no Keras model"),
    "a list": ([], "no Keras model"),
    "numbers for names": (arch(name=3) | {"class_name": 7}, ""),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_description_is_refused_before_anything_is_made(case, tmp_path):
    description, said = HOSTILE[case]
    with pytest.raises(InputError) as error:
        check.check(keras_file(tmp_path / "hostile.keras", description))
    assert said in str(error.value) and "\n" not in str(error.value)


class Bomb:
    def __reduce__(self):
        return os.system, ("touch exploded",)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_garbage_is_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    good = keras_file(tmp_path / "good.keras", arch()).read_bytes()
    (tmp_path / "folder.keras").mkdir()
    files = {
        write(tmp_path / "pickle.h5", pickle.dumps(Bomb())): "no Keras model",
        write(tmp_path / "pickle.keras", pickle.dumps(Bomb())): "no Keras model",
        write(tmp_path / "half.keras", good[: len(good) // 2]): "no Keras model",
        write(tmp_path / "empty.h5", b""): "no Keras model",
        write(tmp_path / "model.onnx", good): "no ONNX model",
        write(tmp_path / "model.pt", good): "neither a recipe nor a model file",
        tmp_path / "folder.keras": "neither a recipe nor a model file",
        tmp_path / "none.keras": "no such file",
        keras_file(tmp_path / "three.keras", arch(), "3.15.1"): "saved by Keras 3.15.1",
    }
    for file, said in files.items():
        with pytest.raises(InputError) as error:
            check.check(file)
        assert said in str(error.value) and str(file) in str(error.value), file
    assert not (tmp_path / "exploded").exists()


def test_a_wrong_recipe_says_where(tmp_path):
    with pytest.raises(RecipeError, match=r"recipe.yaml:1:1"):
        check.check(write(tmp_path / "recipe.yaml", b"nonsense: 1\n"))


@pytest.mark.train
def test_a_file_without_its_weights_is_one_line(tmp_path):
    with pytest.raises(InputError, match="Keras cannot build it"):
        check.check(keras_file(tmp_path / "empty.keras", arch()))


def test_names_cannot_write_to_the_terminal(capsys):
    check.show((Finding("a\x1b[2J\nb", "Dense", Verdict.SUPPORTED), Finding("c", "Conv2D", Verdict.REFUSED, "why")))
    assert capsys.readouterr().out == "a?[2J?b  Dense   supported\nc        Conv2D  refused    why\n"
