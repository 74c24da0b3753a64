"""The ladder's lower rungs: QKeras == hls4ml's csim == Network, every logit of every sample.

Each network costs a g++ run, so the default suite draws few; ``-m slow`` draws more.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from edgeflow import frontends
from edgeflow.errors import MissingToolError, ToolError
from edgeflow.frontends.hls4ml_graph import lower
from edgeflow.recipe import Student
from edgeflow.recipe_layers import OutputLayer, QuantizedDense

pytestmark = [pytest.mark.train, pytest.mark.tools]

SAMPLES = 1000
DRAW = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": (Phase.generate,),  # shrinking would compile dozens of networks
    "suppress_health_check": list(HealthCheck),
}
bits = st.integers(2, 7)


@st.composite
def students(draw: st.DrawFn) -> Student:
    def hidden() -> QuantizedDense:
        width = draw(st.integers(1, 6))
        return QuantizedDense(
            units=draw(st.integers(1, 9)), weight_bits=draw(bits), bias_bits=draw(bits),
            activation_bits=width, activation_integer_bits=draw(st.integers(0, min(width, 3))),
        )  # fmt: skip

    layers = [hidden() for _ in range(draw(st.integers(1, 2)))]
    output = OutputLayer(weight_bits=draw(bits), bias_bits=draw(bits))
    return Student(input_bits=draw(st.integers(1, 8)), hidden=layers, output=output)


@st.composite
def result_types(draw: st.DrawFn) -> str:
    """Rounding, overflow, sign and position of the point, as hls4ml spells them."""
    width, integer = draw(st.integers(2, 10)), draw(st.integers(0, 6))
    rounding = draw(st.sampled_from(["TRN", "TRN_ZERO", "RND", "RND_ZERO", "RND_INF", "RND_MIN_INF", "RND_CONV"]))
    overflow = draw(st.sampled_from(["WRAP", "SAT", "SAT_SYM"]))
    return f"{draw(st.sampled_from(['', 'u']))}fixed<{width},{integer},{rounding},{overflow}>"


def model_of(spec: Student, inputs: int, classes: int, seed: int):
    """A student whose weights fill their whole ranges, ends included."""
    from edgeflow.training._build import student_model
    from edgeflow.training._keras import weights_of, with_weights

    random = np.random.default_rng(seed)
    model = student_model(spec, (inputs,), classes)
    model.set_weights([random.uniform(-1.2, 1.2, array.shape) for array in model.get_weights()])
    return with_weights(model, weights_of(model))


def samples(inputs: int, input_bits: int, seed: int) -> np.ndarray:
    """Random inputs on the grid, then the corners: all lowest, all highest, one highest at a time."""
    highest = 1 - 2.0**-input_bits
    random = np.random.default_rng(seed).integers(0, 2**input_bits, (SAMPLES, inputs)) / 2**input_bits
    return np.concatenate([random, np.zeros((1, inputs)), np.full((1, inputs), highest), highest * np.eye(inputs)])


def check(folder: Path, spec: Student, inputs: int, classes: int, seed: int, types: dict[str, dict[str, str]]) -> None:
    from edgeflow.frontends.qkeras import convert_model
    from edgeflow.training._keras import logits_of

    model = model_of(spec, inputs, classes, seed)
    shutil.rmtree(folder, ignore_errors=True)
    firmware = convert_model(model, "drawn", 100.0, folder, types)
    network = lower(firmware.nodes, "drawn")
    x = samples(inputs, spec.input_bits, seed)
    csim = firmware.predict(x)
    assert (network.output.real(network.run(firmware.quantize_input(x))) == csim).all()
    beyond = np.random.default_rng(seed).uniform(-2, 2, (50, inputs))  # off the grid and out of range: the input cast
    assert (network.output.real(network.run(firmware.quantize_input(beyond))) == firmware.predict(beyond)).all()
    if not types:
        assert (logits_of(model, x.astype(np.float32)) == csim).all()


@settings(max_examples=2, **DRAW)
@given(spec=students(), inputs=st.integers(1, 12), classes=st.integers(1, 5), seed=st.integers(0, 99))
def test_network_equals_csim_equals_qkeras(tmp_path: Path, spec: Student, inputs: int, classes: int, seed: int) -> None:
    check(tmp_path / "firmware", spec, inputs, classes, seed, {})


@settings(max_examples=1, **DRAW)
@given(st.data(), students(), st.integers(1, 12), st.integers(1, 5), st.integers(0, 99))
def test_any_result_type(
    tmp_path: Path, data: st.DataObject, spec: Student, inputs: int, classes: int, seed: int
) -> None:
    names = [f"dense_{i}" for i in range(len(spec.hidden) + 1)] + [f"relu_{i}" for i in range(len(spec.hidden))]
    types = {name: {"result": data.draw(result_types())} for name in names}
    check(tmp_path / "firmware", spec, inputs, classes, seed, types)


@pytest.mark.slow
@settings(max_examples=15, **DRAW)
@given(st.data(), students(), st.integers(1, 12), st.integers(1, 5), st.integers(0, 999), st.booleans())
def test_many_networks(
    tmp_path: Path, data: st.DataObject, spec: Student, inputs: int, classes: int, seed: int, retyped: bool
) -> None:
    types = {}
    if retyped:
        names = [f"dense_{i}" for i in range(len(spec.hidden) + 1)] + [f"relu_{i}" for i in range(len(spec.hidden))]
        types = {name: {"result": data.draw(result_types())} for name in names}
    check(tmp_path / "firmware", spec, inputs, classes, seed, types)


@pytest.fixture(scope="module")
def digits_like(tmp_path_factory: pytest.TempPathFactory):
    """One small firmware, moved after it was made, as the store does."""
    from edgeflow.frontends.qkeras import convert_model

    folder = tmp_path_factory.mktemp("made") / "firmware"
    model = model_of(Student(hidden=[QuantizedDense(units=4)]), 6, 3, seed=1)
    convert_model(model, "small", 100.0, folder)
    return folder.rename(tmp_path_factory.mktemp("moved") / "firmware"), model


def test_a_stored_firmware_runs_where_it_is_now(digits_like) -> None:
    from edgeflow.training._keras import logits_of

    folder, model = digits_like
    firmware = frontends.load(folder)
    x = samples(6, 4, seed=2)
    assert (firmware.predict(x) == logits_of(model, x.astype(np.float32))).all()
    assert firmware.precision["features.result_t"] == "u4.4 RND_CONV SAT"


def test_the_project_is_a_vitis_project_without_our_paths(digits_like) -> None:
    folder, _ = digits_like
    for name in ("build_prj.tcl", "firmware/small.cpp", "firmware/weights/w3.h", "build_lib.sh", "hls4ml.log"):
        assert (folder / name).is_file(), name
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix in (".tcl", ".yml", ".cpp", ".h", ".json", ".sh"):
            assert "/made0/" not in file.read_text(errors="replace"), file


def test_a_wrong_weight_is_seen(digits_like) -> None:
    """The comparison above can fail: one weight, one step off, changes some logit."""
    from dataclasses import replace

    folder, _ = digits_like
    firmware = frontends.load(folder)
    broken = [
        replace(node, weights={key: value.copy() for key, value in node.weights.items()}) for node in firmware.nodes
    ]
    dense = next(node for node in broken if node.class_name == "Dense")
    dense.weights["weight"][0, 0] += 0.125 if dense.weights["weight"][0, 0] < 0.5 else -0.125
    x = samples(6, 4, seed=2)
    network = lower(tuple(broken), "broken")
    assert (network.output.real(network.run(firmware.quantize_input(x))) != firmware.predict(x)).any()


def test_a_missing_compiler_names_its_install_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from edgeflow.frontends._firmware import compile_csim

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="install g\\+\\+"):
        compile_csim(tmp_path, "none")


def test_a_failing_compiler_leaves_its_last_lines(tmp_path: Path) -> None:
    from edgeflow.frontends._firmware import compile_csim

    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / "bad.cpp").write_text("this is no C++\n")
    (tmp_path / "bad_bridge.cpp").write_text("\n")
    with pytest.raises(ToolError, match=r"g\+\+\.log[\s\S]*error"):
        compile_csim(tmp_path, "bad")


def test_every_layer_is_traced_alike_by_qkeras_csim_and_network(tmp_path):
    """What the ladder compares layer by layer when logits differ; a normal run asks for none of it."""
    from edgeflow.frontends.qkeras import convert_model
    from edgeflow.training._keras import keras
    from edgeflow.verify import layers

    layer = QuantizedDense(units=5, weight_bits=4, bias_bits=5, activation_bits=3, activation_integer_bits=1)
    model = model_of(Student(input_bits=4, hidden=[layer], output=OutputLayer(weight_bits=3, bias_bits=5)), 6, 3, 1)
    firmware = convert_model(model, "traced", 100.0, tmp_path)
    network = lower(firmware.nodes, "traced")
    x = np.random.default_rng(2).integers(network.input.lo, network.input.hi, (40, 6), endpoint=True)
    csim, golden = firmware.trace(network.input.real(x)), layers.trace(network, x)
    assert list(csim) == ["input_quantizer", "dense_0", "relu_0", "dense_1"]
    assert list(golden) == ["dense_0", "relu_0", "dense_1"]
    outputs = keras.Model(model.inputs, [model.get_layer(name).output for name in csim])(network.input.real(x))
    for (name, values), keras_values in zip(csim.items(), outputs, strict=True):
        assert np.array_equal(values, keras_values), name
        assert name not in golden or np.array_equal(values, golden[name]), name
    assert np.array_equal(firmware.predict(network.input.real(x)), csim["dense_1"])
