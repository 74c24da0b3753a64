"""Float models quantized without training: what is written is exact hardware, and near the float model."""

import float_models as models
import numpy as np
import onnx
import pick as choose
import pytest
from onnx import TensorProto, helper

from edgeflow.errors import InputError, UnknownNameError, UnsupportedLayerError
from edgeflow.frontends import qonnx
from edgeflow.frontends._onnx_executor import execute
from edgeflow.frontends._onnx_graph import read
from edgeflow.quantize import _bias, _calibrate, _data, flow
from edgeflow.quantize._calibrate import Bits
from edgeflow.quantize._float import read_float
from edgeflow.quantize._insert import executable
from edgeflow.quantize._insert import qonnx as with_quantizers
from edgeflow.quantize._places import layers, places
from edgeflow.quantize._ranges import Choice, Method, Part, scale
from edgeflow.quantize._session import output
from edgeflow.quantize._write import model_of


@pytest.fixture
def opened(tmp_path):
    def opened(model):
        onnx.save(model, tmp_path / "model.onnx")
        return read_float(tmp_path / "model.onnx")

    return opened


@pytest.fixture
def quantized(opened):
    def quantized(model, **wish):
        x = models.samples(model)
        data = _data.Samples(x, models.samples(model, 200, seed=2), None, "random")
        return flow.quantize(opened(model), "model", data, flow.Wish(**wish), lambda text: None)

    return quantized


def mismatches(model, count=200):
    """Frames on which the lowered network differs from QONNX's executor, in any activation or in the output."""
    lowered = qonnx.lower_graph(read(model), "net")
    frames = choose.frames(lowered.network.input, lowered.network.in_features, count, 1)
    x = lowered.entry.dequantize(frames)
    found, traced = execute(model, x), lowered.network.trace(frames)
    at = {layer.name: i for i, layer in enumerate(lowered.network.layers)}
    ends = [(tap.exit, traced[at[tap.layer]], found[tap.tensor]) for tap in lowered.taps]
    ends.append((lowered.exit, traced[-1], found[model.graph.output[0].name]))
    return sum(int((e.integers(e.dequantize(y)) != e.integers(r)).any(axis=1).sum()) for e, y, r in ends)


@pytest.mark.parametrize("scale", ["float", "power_of_two"])
@pytest.mark.parametrize(
    "make", [models.mlp, lambda: models.mlp(op="MatMul"), models.cnn], ids=["gemm", "matmul", "cnn"]
)
def test_what_is_written_is_exact_hardware(quantized, make, scale):
    made = quantized(make(), bits=Bits(4, 4, 5), choice=Choice(power_of_two=scale == "power_of_two"))
    assert mismatches(made.model) == 0


def test_the_fast_executor_is_the_file(quantized, opened):
    """What is measured is what is written: QONNX's executor and plain ONNX nodes give the same logits."""
    model = models.cnn()
    made, x = quantized(model, bits=Bits(4, 4, 5), correct_bias=False), models.samples(model, 50)
    float_model = opened(model)
    grids = _calibrate.scheme(float_model, models.samples(model), Bits(4, 4, 5), Choice(), True)
    fast = output(executable(float_model.graph, grids), float_model.opset, x)
    slow = execute(made.model, x)[made.model.graph.output[0].name]
    np.testing.assert_allclose(fast, slow, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("make", [models.mlp, models.cnn])
@pytest.mark.parametrize("method", list(Method))
def test_eight_bits_lose_almost_nothing(quantized, make, method):
    report = quantized(make(), choice=Choice(method)).report
    assert report.corrected.snr_db > 30
    assert all(layer.alone.snr_db > report.uncorrected.snr_db - 3 for layer in report.layers)


def test_fewer_bits_lose_more(quantized):
    losses = [quantized(models.mlp(), bits=Bits(n, n, 8)).report.corrected.snr_db for n in (2, 3, 4, 6)]
    assert losses == sorted(losses) and losses[0] < 15


def test_bias_correction_restores_the_mean_of_every_output(opened):
    model = opened(models.cnn())
    x = models.samples(models.cnn())
    grids = _calibrate.scheme(model, x, Bits(3, 3, 5), Choice(), True)
    wanted = _bias.means(model.graph, model.opset, x, layers(model.graph))

    def errors(graph):
        found = _bias.means(executable(graph, grids), model.opset, x, layers(model.graph))
        return {name: np.abs(found[name] - wanted[name]).max() for name in wanted}

    before, after = errors(model.graph), errors(_bias.corrected(model, grids, x, lambda text: None).graph)
    assert max(before.values()) > 0.05
    assert all(after[name] < 1e-5 for name in after)


def test_bias_correction_brings_the_logits_nearer_on_other_samples(quantized):
    for make in (models.cnn, models.mlp, lambda: models.mlp(op="MatMul")):
        report = quantized(make(), bits=Bits(3, 4, 8), per_channel=False).report
        assert report.corrected.snr_db > report.uncorrected.snr_db
        assert all(layer.mean_error_corrected < layer.mean_error for layer in report.layers if layer.mean_error)


def test_uneven_channels_want_scales_of_their_own(quantized):
    def loss(per_channel):
        return quantized(models.cnn(uneven=True), bits=Bits(4, 8, 8), per_channel=per_channel).report.corrected.snr_db

    assert loss(True) > loss(False) + 6


def test_both_sides_of_a_sum_share_one_scale(opened):
    model = opened(models.cnn())
    grids = _calibrate.scheme(model, models.samples(models.cnn()), Bits(4, 4, 5), Choice(), True).activations
    sum_ = next(
        node for node in model.graph.nodes if node.op == "Add" and not set(node.inputs) & set(model.graph.constants)
    )
    left, right = (grids[tensor] for tensor in sum_.inputs)
    assert left.scale == right.scale and (left.signed, right.signed) == (False, True)
    others = {float(grid.scale) for tensor, grid in grids.items() if tensor not in sum_.inputs}
    assert float(left.scale) not in others


def test_quantizers_stand_where_they_should(opened):
    """On the input and behind five activations or sums; the average's result too, which the head takes."""
    model = opened(models.cnn())
    found = [(place.layer, place.positive) for place in places(model.graph)]
    assert found == [
        ("model input", False), ("first", True), ("depthwise", True), ("pointwise", False), ("pointwise", True),
        ("last", True), ("last", True),
    ]  # fmt: skip


def test_parts_that_are_joined_share_one_scale(quantized):
    """Two branches side by side, averaged; written by an exporter of a later opset."""
    b = models.Builder((2, models.SIDE, models.SIDE))
    left = b.node("Relu", b.conv("x", 2, 3, "left"))
    right = b.conv("x", 2, 2, "right", side=1)
    x = b.node("Concat", left, right, axis=1)
    x = b.node("AveragePool", b.conv(x, 5, 4, "both"), kernel_shape=[2, 2], strides=[2, 2])
    model = b.model(b.dense(b.node("Flatten", x), 64, 3, "head"), (3,))
    model.opset_import[0].version = 17
    made = quantized(model, bits=Bits(5, 5, 5))
    assert mismatches(made.model) == 0 and made.report.corrected.snr_db > 15


def test_bits_of_one_layer(quantized, opened):
    made = quantized(models.mlp(), bits=Bits(4, 5, 6, {"fc1": (7, 3)})).report.layers
    assert [(layer.weight_bits, layer.activation_bits) for layer in made] == [(None, 6), (4, 5), (7, 3), (4, None)]
    with pytest.raises(UnknownNameError, match='did you mean "fc1"'):
        quantized(models.mlp(), bits=Bits(layers={"fc_1": (4, 4)}))


def test_an_input_without_negative_samples_is_unsigned(opened):
    model = opened(models.mlp())
    x = models.samples(models.mlp())
    signs = [_calibrate.scheme(model, v, Bits(), Choice(), True).activations["x"].signed for v in (x, abs(x))]
    assert signs == [True, False]


def test_scales():
    values = np.concatenate([np.linspace(-1, 1, 1000), [7.0]]).astype(np.float32)
    part = Part(values, -7, 7)
    assert scale([part], Choice(Method.MINMAX)) == 1
    assert scale([part], Choice(Method.PERCENTILE, 99)) == pytest.approx(1 / 7, rel=0.05)
    best = scale([part], Choice(Method.MSE))
    errors = {float(s): part.error(float(s)) for s in np.linspace(0.1, 1, 50)}
    assert part.error(float(best)) <= min(errors.values()) * 1.01 < part.error(1.0)
    for method in Method:
        exponent = np.log2(scale([part], Choice(method, 99, power_of_two=True)))
        assert exponent == int(exponent)
    assert scale([Part(np.zeros(4), -7, 7)], Choice()) == 1
    assert scale([Part(np.full(4, 1e-40), 0, 7)], Choice()) > 0


def test_everything_refused_is_named_at_once(opened):
    b = models.Builder((4,))
    x = b.node("Sigmoid", b.dense("x", 4, 4, "fc"), name="bent")
    x = b.node("Softmax", b.node("Magic", x, domain="com.example", name="stranger"), name="early")
    x = b.node("MatMul", x, x, name="squared")
    with pytest.raises(UnsupportedLayerError) as refused:
        opened(b.model(x, (4,)))
    assert all(name in str(refused.value) for name in ("bent", "stranger", "early", "squared"))
    assert "'fc'" not in str(refused.value)


def test_a_quantized_model_is_sent_to_import(opened):
    import onnx_models

    with pytest.raises(UnsupportedLayerError, match="edgeflow import takes it"):
        opened(onnx_models.mlp())


def test_softmax_at_the_end_is_left_out_and_said(opened):
    assert "left out" in opened(models.cnn()).notices[0]


def test_what_runs_into_infinity_is_refused(quantized, opened):
    model = models.mlp()
    model.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(np.full((12, 24), 3e38, np.float32), "c0"))
    with pytest.raises(InputError, match="inf or nan"):
        quantized(model)
    model.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(np.full((12, 24), np.nan, np.float32), "c0"))
    with pytest.raises(InputError, match="hold inf or nan"):
        opened(model)


def test_a_reshape_written_for_one_sample_takes_many(quantized):
    b = models.Builder((2, 4))
    x = b.node("Reshape", "x", b.const([1, 8], np.int64))
    made = quantized(b.model(b.dense(x, 8, 3, "fc"), (3,)))
    assert mismatches(made.model) == 0 and made.report.corrected.snr_db > 30


@pytest.mark.parametrize("op", ["Relu", "Add", "Concat", "Identity", "MaxPool", "Flatten"])
@pytest.mark.parametrize(("inputs", "outputs"), [(["x"], []), ([], ["y"]), ([""], ["y"]), (["x"], [""])], ids=str)
def test_nodes_that_take_or_give_nothing_are_refused(opened, op, inputs, outputs):
    b = models.Builder((4,))
    x = b.dense("x", 4, 4, "fc")
    model = b.model(x, (4,))
    model.graph.node.append(helper.make_node(op, inputs, outputs, name="hollow"))
    with pytest.raises(InputError, match="hollow"):
        opened(model)


@pytest.mark.parametrize("attributes", [{"transB": "yes"}, {"alpha": "x"}, {"transA": 1}], ids=str)
def test_malformed_attributes_are_refused(opened, attributes):
    b = models.Builder((4,))
    x = b.node("Gemm", "x", b.const(np.ones((4, 4))), name="fc", **attributes)
    with pytest.raises(InputError, match="fc"):
        opened(b.model(x, (4,)))


def test_bytes_turned_at_random_never_end_in_a_traceback(tmp_path):
    good, random = models.mlp().SerializeToString(), np.random.default_rng(7)
    x = models.samples(models.mlp(), 20)
    for i in range(200):
        bad = bytearray(good[: len(good) - (i % 3) * 17])
        for at in random.integers(0, len(bad), 1 + i % 5):
            bad[at] ^= 1 << int(random.integers(8))
        (tmp_path / "bad.onnx").write_bytes(bad)
        try:
            model = read_float(tmp_path / "bad.onnx")
            flow.quantize(model, "bad", _data.Samples(x, x, None, ""), flow.Wish(Bits(2, 2, 2)), lambda text: None)
        except InputError as error:
            assert str(error)


def test_what_is_written_is_valid_onnx_of_one_domain_more(opened):
    model = opened(models.mlp())
    grids = _calibrate.scheme(model, models.samples(models.mlp()), Bits(), Choice(), True)
    written = model_of(with_quantizers(model.graph, grids), model.opset, [model.graph.output], (5,))
    onnx.checker.check_model(written)
    assert {node.domain for node in written.graph.node} == {"", models.models.QONNX}
    assert written.graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT
    assert sum(node.op_type == "Quant" for node in written.graph.node) == 6
