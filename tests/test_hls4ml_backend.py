"""hls4ml users' path: convert, compile, predict, build, with ``backend="EdgeFlow"``; csim == RTL == Keras."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgeflow.errors import InputError, UnsupportedLayerError

pytestmark = pytest.mark.train

SAMPLES = 40


def qkeras_model():
    from edgeflow.training import _keras  # noqa: F401, I001  # sets TF_USE_LEGACY_KERAS first
    from qkeras import QActivation, QConv2D, QDense, quantized_bits, quantized_relu
    from tf_keras import Model, layers

    def both():
        return {"kernel_quantizer": quantized_bits(4, 1, alpha=1), "bias_quantizer": quantized_bits(4, 1, alpha=1)}

    image = layers.Input((6, 6, 1), name="image")
    x = QActivation(quantized_bits(5, 1, alpha=1), name="quantize")(image)
    x = QActivation(quantized_relu(4, 1), name="relu")(QConv2D(2, 3, name="conv", **both())(x))
    x = layers.Flatten(name="flat")(layers.MaxPooling2D(2, name="pool")(x))
    model = Model(image, QDense(3, name="dense", **both())(x))
    random = np.random.default_rng(4)
    model.set_weights([random.uniform(-2, 2, w.shape) for w in model.weights])
    return model


def converted(folder, **more):
    import hls4ml

    return hls4ml.converters.convert_from_keras_model(
        qkeras_model(), output_dir=str(folder), project_name="tiny", backend="EdgeFlow", **more
    )


@pytest.fixture(scope="module")
def compiled(tmp_path_factory, store):
    """One csim for all tests; folded, so that folding by layer name is used."""
    before = os.environ.get("EDGEFLOW_STORE")
    os.environ["EDGEFLOW_STORE"] = str(store.root)
    graph = converted(tmp_path_factory.mktemp("plugin") / "project", folding={"dense": {"pe": 3, "simd": 2}}, seeds=1)
    graph.compile()
    yield graph
    del os.environ["EDGEFLOW_STORE"]
    os.environ.update({"EDGEFLOW_STORE": before} if before else {})


def images(samples: int = SAMPLES) -> np.ndarray:
    return (np.random.default_rng(5).integers(-80, 80, (samples, 6, 6, 1)) / 32).astype(np.float32)


def test_hls4ml_finds_it_and_it_loads_nothing_heavy():
    code = (
        "import sys, hls4ml; print(*hls4ml.backends.get_available_backends()); "
        "print(*{name.split('.')[0] for name in sys.modules} & {'tensorflow', 'tf_keras', 'qkeras', 'scipy'})"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    backends, heavy = shown.splitlines()
    assert "edgeflow" in backends.split() and "WARNING" not in shown
    assert heavy == ""


@pytest.mark.tools
def test_csim_equals_rtl_equals_keras(compiled):
    x = images()
    csim, rtl = compiled.predict(x), compiled.predict(x, sim="rtl")
    assert (csim.shape, csim.dtype) == (rtl.shape, rtl.dtype) == ((SAMPLES, 3), np.float32)
    assert len(np.unique(csim)) > 20
    assert np.array_equal(csim, rtl)
    assert np.array_equal(csim, np.asarray(qkeras_model()(x)))
    one = compiled.predict(x[:1], sim="rtl")
    assert np.array_equal(one, compiled.predict(x[:1])) and one.shape == (3,)


@pytest.mark.tools
def test_cosimulation_is_reported_as_hls4ml_does(compiled):
    report = compiled.build(synth=False, cosim=True)
    cosim, hls = report["CosimReport"], report["CSynthesisReport"]
    assert cosim["Status"] == "Pass"
    assert cosim["LatencyMax"] == hls["WorstLatency"] == report["latency_cycles"]
    assert cosim["IntervalMax"] == hls["IntervalMax"] == report["interval_cycles"]
    assert hls["TargetClockPeriod"] == 10 and "LUT" not in hls
    assert (compiled_rtl(compiled) / "Makefile").is_file()


def compiled_rtl(graph):
    return Path(graph.config.get_output_dir()) / "rtl"


@pytest.mark.tools
def test_build_makes_a_bitstream_and_a_report(compiled):
    report = compiled.build()
    assert report["bitstream"].is_file() and report["bitstream_bytes"] > 10_000
    hls = report["CSynthesisReport"]
    assert (hls["LUT"], hls["FF"], hls["BRAM_18K"], hls["DSP"]) == tuple(
        report[key] for key in ("luts", "ffs", "brams", "dsps")
    )
    assert 0 < hls["LUT"] < hls["AvailableLUT"]
    assert hls["EstimatedClockPeriod"] == pytest.approx(1000 / report["fmax_mhz"])
    assert list(report["fmax_mhz_by_seed"]) == [1]


def test_what_cannot_be_is_refused(tmp_path, compiled):
    wrong = {
        'boards: no "ulx4s"': {"board": "ulx4s"},
        "folding = 'folds' is neither": {"folding": "folds"},
        "folding of dense": {"folding": {"dense": {"pe": 2}}},
        "seeds = 0": {"seeds": 0},
        "fold in edgeflow": {"hls_config": {"Model": {"ReuseFactor": 4}}},
        "a default Precision": {"hls_config": {"Model": {"Precision": "fixed<20,8>"}}},
    }
    for said, more in wrong.items():
        with pytest.raises(InputError) as error:
            converted(tmp_path, **more)
        assert said in str(error.value)
    with pytest.raises(InputError, match="none of csim, rtl"):
        compiled.predict(images(1), sim="cosim")


def test_a_layer_that_does_not_convert_exactly_is_refused(tmp_path):
    import hls4ml

    model = qkeras_model()
    model.get_layer("conv").bias_quantizer_internal = None
    with pytest.raises(UnsupportedLayerError, match=r"conv \(QConv2D\): no bias_quantizer"):
        hls4ml.converters.convert_from_keras_model(model, output_dir=str(tmp_path), backend="EdgeFlow")


def test_other_backends_take_the_same_model(tmp_path):
    """Once ours was used, tf-keras models reach their parser whatever the backend."""
    import hls4ml

    converted(tmp_path / "ours")
    graph = hls4ml.converters.convert_from_keras_model(qkeras_model(), output_dir=str(tmp_path), backend="Vitis")
    assert [layer.class_name for layer in graph.get_layers()][-1] == "Dense"
