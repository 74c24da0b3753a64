"""ONNX with quantizers, lowered directly: every quantized activation equals qonnx's executor, float scales or not."""

from fractions import Fraction
from math import ceil, floor

import numpy as np
import onnx_models as models
import pick as choose
import pytest
from hypothesis import given, settings
from onnx import TensorProto, helper

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.frontends import qonnx
from edgeflow.frontends._onnx_executor import execute
from edgeflow.frontends._onnx_graph import read
from edgeflow.frontends.hls4ml_graph import Verdict


def lower(model):
    return qonnx.lower_graph(read(model), "net")


def mismatches(model, count=1000, seed=1):
    """Frames that differ from the executor in any quantized activation or in the output, on the integers' own grid."""
    lowered = lower(model)
    frames = choose.frames(lowered.network.input, lowered.network.in_features, count, seed)
    x = lowered.entry.dequantize(frames)
    assert np.array_equal(lowered.entry.quantize(x), frames)
    found, traced = execute(model, x), lowered.network.trace(frames)
    places = {layer.name: i for i, layer in enumerate(lowered.network.layers)}
    ends = [(tap.exit, traced[places[tap.layer]], found[tap.tensor]) for tap in lowered.taps]
    ends.append((lowered.exit, traced[-1], found[model.graph.output[0].name]))
    wrong = np.zeros(count, bool)
    for end, made, reals in ends:
        wrong |= (end.integers(end.dequantize(made)) != end.integers(reals)).any(axis=1)
    return int(wrong.sum())


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("act_bits", [1, 2, 3])
@pytest.mark.parametrize("weight_bits", [1, 2, 3])
def test_mlps_of_few_bits_and_float_scales(weight_bits, act_bits, per_channel):
    model = models.mlp(
        weight_bits=weight_bits, act_bits=act_bits, per_channel=per_channel, seed=10 * weight_bits + act_bits
    )
    assert mismatches(model) == 0


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"residual": False},
        {"pool": "AveragePool"},
        {"weight_bits": 1, "per_channel": False},
        {"act_bits": 1, "residual": False},
        {"depthwise": False, "pads": 0},
    ],
    ids=str,
)
def test_convolutional_networks(shape):
    assert mismatches(models.cnn(**shape)) == 0


def one_quantizer(pick):
    """Six bits in, scaled, shifted, perhaps clamped, and quantized in any mode: parameters and model."""
    mode = choose.one_of(pick, ["ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"])
    signed, narrow, bits, zero = bool(pick(0, 1)), pick(0, 1), pick(2, 5), pick(-2, 2)
    factor, offset = [pick(1, 40) / 16 * (-1) ** pick(0, 1) for _ in range(3)], [pick(-30, 30) / 8 for _ in range(3)]
    relu, scale = bool(pick(0, 1)), pick(1, 12) / 8
    b = models.Builder((3,))
    x = b.quant("x", 0.25, 6)
    x = b.node("Add", b.node("Mul", x, b.const(factor)), b.const(offset))
    x = b.node("Relu", x) if relu else x
    x = b.quant(x, scale, bits, signed=signed, narrow=narrow, zero=float(zero), mode=mode)
    return b.model(x, (3,)), (factor, offset, relu, scale, zero, bits, signed, narrow, mode)


ROUND = {
    "ROUND": round,
    "CEIL": ceil,
    "FLOOR": floor,
    "UP": lambda v: ceil(v) if v > 0 else floor(v),
    "DOWN": int,
    "HALF_UP": lambda v: (1 if v > 0 else -1) * floor(abs(v) + Fraction(1, 2)),
    "HALF_DOWN": lambda v: (1 if v > 0 else -1) * ceil(abs(v) - Fraction(1, 2)),
}


def quantized(n, channel, parameters):
    """The same in fractions, written down once more."""
    factor, offset, relu, scale, zero, bits, signed, narrow, mode = parameters
    value = Fraction(n, 4) * Fraction(factor[channel]) + Fraction(offset[channel])
    value = max(value, Fraction(0)) if relu else value
    lo, hi = (-(2 ** (bits - 1)) + narrow, 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1 - narrow)
    steps = min(max(ROUND[mode](value / Fraction(scale) + zero), lo), hi)
    return float((steps - zero) * Fraction(scale))


@settings(max_examples=100, deadline=None)
@given(pick=choose.picks())
def test_a_quantizer_is_exact_on_every_integer_ties_included(pick):
    model, parameters = one_quantizer(pick)
    try:
        lowered = lower(model)
    except UnsupportedLayerError as error:
        assert "one value only" in str(error)
        return
    frames = np.arange(-32, 32)[:, None].repeat(3, axis=1)
    expected = [[quantized(int(n), c, parameters) for c in range(3)] for n in range(-32, 32)]
    assert lowered.exit.dequantize(lowered.network.run(frames)).tolist() == expected
    # The scales are dyadic, so the executor's float32 is exact too.
    assert execute(model, lowered.entry.dequantize(frames))[model.graph.output[0].name].tolist() == expected


def test_where_float32_decides_a_tie_it_differs_by_one_step():
    """3 * 0.1 / 0.2 is 1.5 in fractions of these floats only nearly; float32 rounds it onto the tie."""
    b = models.Builder((1,))
    x = b.quant("x", 0.1, 4)
    x = b.quant(b.node("Mul", x, b.const(3.0)), 0.2, 5)
    model = b.model(x, (1,))
    lowered, frames = lower(model), np.arange(-8, 8)[:, None]
    found = execute(model, lowered.entry.dequantize(frames))[model.graph.output[0].name]
    exact = 3 * Fraction(float(np.float32(0.1))) / Fraction(float(np.float32(0.2)))
    differs = lowered.exit.integers(found) - lowered.network.run(frames)
    assert [round(exact * int(n)) for n in frames[:, 0]] == lowered.network.run(frames)[:, 0].tolist()
    assert set(np.abs(differs).ravel().tolist()) <= {0, 1}


def qdq(dtype, axis=None, zero=3):
    b = models.Builder((4,), seed=3)
    scale, point = b.const(0.05), b.const(zero, dtype)
    x = b.node("DequantizeLinear", b.node("QuantizeLinear", "x", scale, point), scale, point)
    weight = b.const(b.random.integers(-127, 127, (5, 4)), np.int8)
    size = 5 if axis is not None else 1
    w_scale = b.const(b.random.uniform(0.001, 0.02, size) if size > 1 else 0.013)
    w = b.node("DequantizeLinear", weight, w_scale, b.const(np.zeros(size) if size > 1 else 0, np.int8), axis=axis or 0)
    bias = b.node("DequantizeLinear", b.const(b.random.integers(-90, 90, 5), np.int32), b.const(0.00065))
    x = b.node("Relu", b.node("Gemm", x, w, bias, transB=1))
    out, zero_out = b.const(0.0317), b.const(5, dtype)
    x = b.node("DequantizeLinear", b.node("QuantizeLinear", x, out, zero_out), out, zero_out)
    return b.model(x, (5,))


@pytest.mark.parametrize("axis", [None, 0])
@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_qdq(dtype, axis):
    assert mismatches(qdq(dtype, axis)) == 0


def test_thresholds_of_finn_and_the_greatest_index():
    b = models.Builder((6,), seed=4)
    x = b.quant("x", 1.0, 3)
    x = b.node("MatMul", x, b.const(b.random.integers(-3, 4, (6, 5))))
    thresholds = np.sort(b.random.integers(-12, 12, (5, 3)), axis=1)
    x = b.node("MultiThreshold", x, b.const(thresholds), domain=models.QONNX, out_dtype="INT2", out_bias=-2.0)
    x = b.node("MatMul", x, b.const(b.random.integers(-3, 4, (5, 4))))
    model = b.model(b.node("ArgMax", x, axis=-1, keepdims=1), (1,), TensorProto.INT64)
    assert mismatches(model) == 0


def test_top_k_gives_the_index():
    b = models.Builder((6,), seed=5)
    x = b.node("MatMul", b.quant("x", 0.5, 3), b.weights((6, 4), 3, scale=0.25))
    b.nodes.append(helper.make_node("TopK", [x, b.const([1], np.int64)], ["best", "index"], name="top", axis=-1))
    assert mismatches(b.model("index", (1,), TensorProto.INT64)) == 0


@pytest.mark.parametrize("mode", ["FLOOR", "ROUND"])
def test_truncation_behind_averaging(mode):
    b = models.Builder((3, 4, 4), seed=6)
    x = b.quant(b.node("Relu", "x"), 0.125, 4, signed=False)
    x = b.node("Mul", b.node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2]), b.const(4.0))
    parameters = (b.const(v) for v in (0.125, 0.0, 6.0, 4.0))
    x = b.node("Trunc", x, *parameters, domain=models.QONNX, rounding_mode=mode)
    assert mismatches(b.model(x, (3, 2, 2))) == 0


def test_what_exporters_wrap_around_a_reshape_folds_away():
    b = models.Builder((2, 3, 3), seed=7, batch=789444)
    x = b.quant("x", 0.5, 3)
    batch = b.node("Gather", b.node("Shape", x), b.const(0, np.int64), axis=0)
    target = b.node("Concat", b.node("Unsqueeze", batch, b.const([0], np.int64)), b.const([-1], np.int64), axis=0)
    x = b.node("Reshape", x, target)
    x = b.node("Reshape", x, b.const([789444, 3, 6], np.int64))
    x = b.node("Transpose", x, perm=[0, 2, 1])
    x = b.node("MatMul", b.node("Flatten", x), b.weights((18, 4), 3))
    model = b.model(x, (4,))
    assert [type(layer.kernel).__name__ for layer in lower(model).network.layers] == ["Dense"]
    assert mismatches(model) == 0


@pytest.mark.parametrize("zero", [2, 3])
def test_ties_of_quantizelinear_are_rounded_before_the_zero_point_is_added(zero):
    """ONNX's operator says ``saturate(round(x / scale) + zero)``, half to even: an odd zero point changes no tie."""
    b = models.Builder((1,), seed=4)
    fine, coarse = b.const(0.25), b.const(0.5)
    x = b.node("DequantizeLinear", b.node("QuantizeLinear", "x", fine, b.const(zero, np.int8)), fine,
               b.const(zero, np.int8))  # fmt: skip
    x = b.node("DequantizeLinear", b.node("QuantizeLinear", x, coarse, b.const(zero, np.int8)), coarse,
               b.const(zero, np.int8))  # fmt: skip
    model = b.model(x, (1,))
    assert mismatches(model) == 0
    halves = np.arange(-30, 30)[:, None].astype(np.float32) / 8  # ties of the entry's grid
    (found,) = (execute(model, halves)[model.graph.output[0].name],)
    lowered = lower(model)
    assert np.array_equal(lowered.real(lowered.network.run(lowered.entry.quantize(halves))), found.astype(float))


def test_padding_rounds_nothing_where_zero_has_a_point_of_its_own():
    b = models.Builder((2, 5, 5), seed=8)
    scale, point = b.const(0.07), b.const(11, np.uint8)
    x = b.node("DequantizeLinear", b.node("QuantizeLinear", "x", scale, point), scale, point)
    x = b.node("Conv", x, b.weights((3, 2, 3, 3), 4), pads=[1, 0, 2, 1], strides=[2, 1])
    assert mismatches(b.model(x, (3, 3, 4)), 200) == 0


def test_concatenation_grouping_and_upsampling():
    b = models.Builder((4, 3, 3), seed=9)
    x = b.quant("x", 0.5, 3)
    y = b.quant(b.node("Conv", x, b.weights((4, 2, 1, 1), 3), group=2), 0.25, 3)
    x = b.node("Concat", x, y, axis=1)
    sizes = b.const([1, 1, 2, 2])
    x = b.node("Resize", x, b.const([], np.float32), sizes, mode="nearest", coordinate_transformation_mode="asymmetric",
               nearest_mode="floor")  # fmt: skip
    x = b.node("Flatten", b.node("GlobalAveragePool", x))
    x = b.node("MatMul", x, b.weights((8, 3), 3, scale=0.25))
    assert mismatches(b.model(x, (3,)), 200) == 0


def refused(model):
    findings = qonnx.kinds(read(model))
    return {finding.name: finding.how for finding in findings if finding.verdict is Verdict.REFUSED}


def test_unknown_nodes_are_named_all_at_once():
    b = models.Builder((4,))
    x = b.node("FloatQuant", b.quant("x", 1.0, 4), domain=models.QONNX, name="float")
    x = b.node("If", x, name="branch")
    x = b.node("Magic", x, domain="com.example", name="stranger")
    model = b.model(b.node("MatMul", x, b.weights((4, 2), 2)), (2,))
    assert set(refused(model)) == {"float", "branch", "stranger"}
    with pytest.raises(UnsupportedLayerError, match=r"(?s)float.*branch.*stranger.*com\.example"):
        lower(model)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda b: b.node("MatMul", "x", b.weights((4, 2), 2)), "input is not quantized"),
        (lambda b: b.node("MatMul", b.quant("x", 1.0, 4), b.const(b.random.normal(size=(4, 2)))), "quantize the model"),
        (lambda b: b.quant("x", 1.0, 4.5), "no whole number"),
        (lambda b: b.quant("x", -1.0, 4), "must be positive"),
        (lambda b: b.quant("x", 1.0, 4, zero=0.5), "no whole number"),
        (lambda b: b.quant("x", 1.0, 4, mode="SIDEWAYS"), "rounding mode"),
        (lambda b: b.node("Reshape", b.quant("x", 1.0, 4), b.const([2, -1, 3], np.int64)), "mixes samples"),
        (lambda b: b.node("Softmax", b.node("Softmax", b.quant("x", 1.0, 4))), "softmax before the output"),
    ],
)
def test_what_cannot_be_exact_is_refused_with_its_reason(make, message):
    b = models.Builder((4,))
    x = make(b)
    with pytest.raises(InputError, match=message):
        lower(b.model(b.quant(x, 1.0, 3), (4,)))


def test_sizes_that_are_not_fixed_are_refused():
    model = models.mlp()
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "n"
    with pytest.raises(InputError, match="not fixed"):
        read(model)
