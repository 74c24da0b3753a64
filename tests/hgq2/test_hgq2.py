"""HGQ2 models, bit for bit: the framework's inference, hls4ml's csim, the integer network, and one in RTL."""

import os
import zipfile
from functools import cache
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import pytest
from hgq.config import QuantizerConfigScope
from hgq.layers import QAdd, QConv2D, QDense, QEinsumDense, QMaxPooling2D
from hgq.utils import trace_minmax

from edgeflow import check, imports
from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.frontends import hgq2
from edgeflow.frontends._hgq2_model import HGQ2Model
from edgeflow.frontends.hls4ml_graph import Verdict
from edgeflow.recipe import Hardware
from edgeflow.stages import Context
from edgeflow.store import Store
from edgeflow.verify import vectors, verification

SAMPLES = 1000
EACH, TENSOR = {}, {"heterogeneous_axis": ()}  # activations' widths: one a value, which is HGQ2's default; one a tensor
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def mlp():
    return keras.Sequential([keras.Input((6,)), QDense(8, activation="relu"), QDense(3)])


def cnn():
    layers = [QConv2D(3, 3, activation="relu"), QMaxPooling2D(2), keras.layers.Flatten(), QDense(4)]
    return keras.Sequential([keras.Input((8, 8, 1)), *layers])


def einsum():
    return keras.Sequential([keras.Input((2, 3, 4)), QEinsumDense("bnmc,ncd->bnmd", (2, 3, 5))])


def branched():
    """The sum's quantizers and a layer take the same values."""
    x = keras.Input((6,))
    a = QDense(5, activation="relu")(x)
    return keras.Model(x, QDense(3)(QAdd()([a, QDense(5)(a)])))


def quantized(make, overflow: str = "WRAP", **lanes):
    """Random weights, and random widths for each weight and each tensor or value. Behind a wrap, no value of this data
    wraps."""
    keras.utils.set_random_seed(1)
    random = np.random.default_rng(2)
    with (
        QuantizerConfigScope(place=["weight", "bias"], overflow_mode="SAT_SYM"),
        QuantizerConfigScope(place="datalane", overflow_mode=overflow, i0=2, f0=4, **lanes),
    ):
        model = make()
    for variable in model.variables:
        match variable.path.split("/")[-1]:
            case "b" | "f":
                variable.assign(np.clip(np.asarray(variable) + random.integers(-2, 3, variable.shape), 1, 9))
            case "bias":
                variable.assign(random.normal(0, 0.3, variable.shape))
    trace_minmax(model, random.normal(0, 1, (256, *model.input_shape[1:])).astype(np.float32), verbose=0)
    return model


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Each model once."""

    @cache
    def save(make, **how) -> Path:
        path = tmp_path_factory.mktemp("model") / f"{make.__name__}.keras"
        quantized(make, **how).save(path)
        return path

    return save


def frames_of(lowered):
    nothing = np.zeros((0, lowered.network.in_features), np.int64)
    frames = vectors.frames(lowered.network, nothing, SAMPLES, 7)
    return frames, lowered.entry.dequantize(frames).astype(np.float32)


@pytest.mark.parametrize("lanes", [EACH, TENSOR], ids=["each", "tensor"])
@pytest.mark.parametrize("overflow", ["WRAP", "SAT"])
@pytest.mark.parametrize("make", [mlp, cnn, branched])
def test_framework_and_network_are_equal(saved, make, overflow, lanes):
    path = saved(make, overflow=overflow, **lanes)
    lowered = hgq2.lower(path, "net")
    frames, x = frames_of(lowered)
    ours = lowered.real(lowered.network.run(frames))
    theirs = hgq2.execute(path, x)[lowered.output].reshape(len(x), -1)
    assert len(x) >= SAMPLES and len(np.unique(ours)) > 20
    assert np.array_equal(ours, theirs)


@pytest.mark.tools
@pytest.mark.parametrize(("make", "lanes"), [(mlp, EACH), (cnn, EACH), (branched, TENSOR)])
def test_csim_is_equal_too(saved, tmp_path, make, lanes):
    path = saved(make, overflow="SAT", **lanes)
    lowered = hgq2.lower(path, "net")
    frames, x = frames_of(lowered)
    csim = HGQ2Model(path).firmware("net", 100.0, tmp_path / "hls")
    assert np.array_equal(csim.predict(x.reshape(len(x), -1)), lowered.real(lowered.network.run(frames)))


@pytest.mark.parametrize("lanes", [EACH, TENSOR], ids=["each", "tensor"])
def test_inputs_between_the_steps_are_rounded_as_hgq2_rounds_them(saved, lanes):
    path = saved(mlp, overflow="SAT", **lanes)
    lowered = hgq2.lower(path, "net")
    x = np.random.default_rng(3).normal(0, 3, (SAMPLES, 6)).astype(np.float32)
    ours = lowered.real(lowered.network.run(lowered.entry.quantize(x)))
    assert np.array_equal(ours, hgq2.execute(path, x)[lowered.output])


def test_weights_and_activations_have_widths_of_their_own(saved):
    variables = HGQ2Model(saved(mlp, overflow="SAT")).model.variables
    widths = {v.path: len(np.unique(np.asarray(v))) for v in variables if v.path.split("/")[-1] in ("b", "f")}
    assert min(count for path, count in widths.items() if "_kq/" in path or "_iq/" in path) > 2


@pytest.mark.tools
def test_the_rtl_is_equal_too(saved, tmp_path):
    context = Context(Store(tmp_path / "store"))
    hardware = Hardware(board="ulx3s", clock_mhz=50)
    wish = imports.Wish(hardware, frames=SAMPLES, until="verify")
    made = imports.run(saved(mlp, overflow="SAT"), wish, tmp_path / "run", context)
    found = verification.load(made.paths["verification"])  # a difference raised MismatchError
    assert (found.rtl_samples, found.mismatches) == (SAMPLES, 0)


def test_what_has_no_lowering_is_refused_by_name(saved):
    path = saved(einsum, overflow="SAT")
    found = [finding for finding in check.check(path) if finding.verdict is Verdict.REFUSED]
    assert {finding.class_name for finding in found} == {"EinsumDense"}
    with pytest.raises(UnsupportedLayerError, match="EinsumDense"):
        hgq2.lower(path, "net")


def test_a_lambda_is_refused_before_keras_sees_the_file(tmp_path, monkeypatch):
    hidden = keras.Sequential([keras.Input((6,)), QDense(3), keras.layers.Lambda(lambda x: x)])
    hidden.save(tmp_path / "lambda.keras")
    monkeypatch.setattr(keras.models, "load_model", lambda *a, **k: pytest.fail("Keras saw it"))
    with pytest.raises(InputError, match=r"keras.layers.Lambda"):
        hgq2.lower(tmp_path / "lambda.keras", "net")


def test_damaged_weights_end_in_a_sentence(saved, tmp_path):
    with zipfile.ZipFile(saved(mlp, overflow="SAT")) as whole, zipfile.ZipFile(tmp_path / "bad.keras", "w") as bad:
        for name in ("metadata.json", "config.json"):
            bad.writestr(name, whole.read(name))
        bad.writestr("model.weights.h5", b"nothing")
    with pytest.raises(InputError, match="Keras cannot load it"):
        hgq2.lower(tmp_path / "bad.keras", "net")
