"""Int8 TFLite files: every int8 tensor equals what LiteRT's reference kernels compute, operator by operator."""

import numpy as np
import pick as choose
import pytest
import tflite_models as models
from hypothesis import given, settings
from tflite_models import NONE, RELU, RELU6, RELU_N1, SAME, VALID, Builder

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.frontends import tflite
from edgeflow.frontends.hls4ml_graph import Verdict

IMAGE = (1, 6, 5, 4)


@pytest.fixture
def file(tmp_path):
    """A function that writes a builder's model to a file."""

    def written(content):
        (tmp_path / "model.tflite").write_bytes(content)
        return tmp_path / "model.tflite"

    return written


def mismatches(path, count=1000, seed=1):
    """Frames that differ from the interpreter in any tensor, on the integers' own grid; how many values came out."""
    lowered = tflite.lower(path, "net")
    frames = choose.frames(lowered.network.input, lowered.network.in_features, count, seed)
    assert np.array_equal(lowered.entry.quantize(lowered.entry.dequantize(frames)), frames)
    found, traced = tflite.execute(path, lowered.entry.dequantize(frames)), lowered.network.trace(frames)
    places = {layer.name: i for i, layer in enumerate(lowered.network.layers)}
    ends = [(tap.exit, traced[places[tap.layer]], found[tap.tensor]) for tap in lowered.taps]
    graph = tflite.read(path)
    ends.append((lowered.exit, traced[-1], found[graph.tensors[int(graph.output)].name]))
    wrong = np.zeros(count, bool)
    for end, made, reals in ends:
        reals = reals.reshape(count, *end.at.shape)
        differs = np.rint((end.dequantize(made) - reals) / end.scale) != 0
        wrong |= differs.reshape(count, -1).any(axis=1)
    return int(wrong.sum()), len(np.unique(ends[-1][2]))


def equal(path, count=1000, seed=1):
    wrong, values = mismatches(path, count, seed)
    assert values > 2  # a network of zeros would pass
    return wrong == 0


def moved(b, kind, x, shape, *constants):
    """An operator that only moves values."""
    return b.operator(kind, [x, *(b.const(c) for c in constants)], [b.like(x, shape)])


@pytest.mark.parametrize("act", [NONE, RELU, RELU6, RELU_N1])
@pytest.mark.parametrize("per_channel", [False, True])
def test_multilayer_perceptrons(file, per_channel, act):
    b = Builder(act)
    x = b.dense(b.input((1, 24)), 16, per_channel, act, zero=-128 if act == RELU else 5)
    assert equal(file(b.model(b.dense(b.dense(x, 12, per_channel, RELU), 10, per_channel))))


@pytest.mark.parametrize("zero", [-128, -3, 0, 127])
@pytest.mark.parametrize(
    "window",
    [
        {"padding": VALID},
        {"padding": SAME, "stride": (2, 2)},
        {"padding": SAME, "kernel": (2, 3), "per_channel": False},
        {"padding": SAME, "dilation": (2, 1), "act": RELU6},
        {"kernel": (1, 1), "act": RELU, "zero": -128},
        {"groups": 2, "scale": 0.7},
    ],
    ids=str,
)
def test_convolutions(file, window, zero):
    b = Builder(3)
    assert equal(file(b.model(b.conv(b.input(IMAGE, zero=zero), 6, **window))), 300)


@pytest.mark.parametrize("window", [{}, {"stride": (2, 1), "padding": VALID}, {"multiplier": 2}, {"act": RELU}])
def test_depthwise_convolutions(file, window):
    b = Builder(4)
    assert equal(file(b.model(b.depthwise(b.input(IMAGE), **window))), 300)


@pytest.mark.parametrize("padding", [SAME, VALID])
@pytest.mark.parametrize("kernel", [(2, 2), (3, 2), (3, 3)])
@pytest.mark.parametrize("kind", ["MAX", "AVERAGE"])
def test_pools(file, kind, kernel, padding):
    b = Builder(5)
    assert equal(file(b.model(b.pool(kind, b.input(IMAGE), kernel, (1, 2), padding, RELU_N1))), 300)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("scale", [None, 0.0033])
def test_means(file, scale, keep):
    b = Builder(6)
    assert equal(file(b.model(b.mean(b.input(IMAGE), keep=keep, scale=scale, zero=17))))


def test_greatest_of_an_image(file):
    b = Builder(6)
    x = b.input(IMAGE)
    y = b.operator("REDUCE_MAX", [x, b.const([1, 2])], [b.like(x, (1, 4))], "ReducerOptions", keepDims=False)
    assert equal(file(b.model(y)))


@pytest.mark.parametrize("act", [NONE, RELU])
@pytest.mark.parametrize("factor", [0.5, 1.0, 1.37])
@pytest.mark.parametrize("kind", ["ADD", "SUB"])
def test_sums_of_tensors(file, kind, factor, act):
    b = Builder(7)
    x = b.input(IMAGE)
    y = b.conv(x, 4, scale=b.scale(x) * factor)
    assert equal(file(b.model(b.binary(kind, x, y, b.scale(x) * 2, 3, act))))


def test_sums_whose_ties_are_exact(file):
    """Equal input scales, twice that at the output: every odd sum lies in the middle of two levels."""
    b = Builder(7)
    x = b.input((1, 64), 0.5, 0)
    assert equal(file(b.model(b.binary("ADD", x, b.unary("RELU", x), 1.0, 0))))


def test_products_of_tensors(file):
    b = Builder(8)
    x = b.input(IMAGE)
    assert equal(file(b.model(b.binary("MUL", x, b.depthwise(x), 0.05, 3, RELU))))


@pytest.mark.parametrize("shape", [(4,), (1, 1, 1, 4), IMAGE])
@pytest.mark.parametrize("kind", ["ADD", "SUB", "MUL"])
@pytest.mark.parametrize("first", [False, True])
def test_constants(file, kind, shape, first):
    b = Builder(9)
    x, c = b.input(IMAGE), b.const(np.random.default_rng(9).integers(-128, 128, shape), "int8", 0.013, 5)
    y = b.tensor(IMAGE, "int8", 0.03, 3)
    options = {"fusedActivationFunction": NONE}
    b.operator(kind, [c, x] if first else [x, c], [y], f"{kind.title()}Options", **options)
    assert equal(file(b.model(y)), 300)


@pytest.mark.parametrize("kind", ["RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "QUANTIZE"])
def test_activations_on_their_own(file, kind):
    b = Builder(10)
    assert equal(file(b.model(b.unary(kind, b.input((1, 256), 0.06), 0.041, -60))))


@pytest.mark.parametrize("alpha", [0.0, 0.1, 1.5])
def test_leaky_relu(file, alpha):
    b = Builder(10)
    x = b.input((1, 256), 0.06)
    assert equal(file(b.model(b.unary("LEAKY_RELU", x, 0.041, -60, "LeakyReluOptions", alpha=alpha))))


@pytest.mark.parametrize(("kind", "scale", "zero"), [("LOGISTIC", 1 / 256, -128), ("TANH", 1 / 128, 0)])
@pytest.mark.parametrize("step", [0.003, 0.047, 0.3])
def test_curves(file, kind, scale, zero, step):
    b = Builder(11)
    assert equal(file(b.model(b.unary(kind, b.input((1, 256), step, 11), scale, zero))))


@pytest.mark.parametrize("axis", [1, 2, 3, -1])
def test_concatenations(file, axis):
    b = Builder(12)
    x = b.input(IMAGE)
    y = b.conv(x, 4, scale=b.scale(x), zero=b.zero(x), padding=SAME)
    shape = [*IMAGE]
    shape[axis] *= 2
    b.operator("CONCATENATION", [x, y], [b.like(x, shape)], "ConcatenationOptions", axis=axis)
    assert equal(file(b.model(len(b.tensors) - 1)), 300)


def test_padding_by_itself_pads_with_the_zero_point(file):
    b = Builder(13)
    padded = moved(b, "PAD", b.input(IMAGE), (1, 9, 7, 4), [[0, 0], [1, 2], [2, 0], [0, 0]])
    assert equal(file(b.model(b.conv(padded, 3, padding=VALID))), 300)


@pytest.mark.parametrize("options", [{}, {"halfPixelCenters": True}])
def test_nearest_upsampling(file, options):
    b = Builder(14)
    x = b.input(IMAGE)
    y = b.like(x, (1, 12, 15, 4))
    b.operator("RESIZE_NEAREST_NEIGHBOR", [x, b.const([12, 15])], [y], "ResizeNearestNeighborOptions", **options)
    assert equal(file(b.model(y)), 300)


@pytest.mark.parametrize("target", [[1, 120], [-1, 120], None])
def test_reshapes(file, target):
    """Without a constant, as exporters compute it from the batch at run time."""
    b = Builder(15)
    x = b.input(IMAGE)
    sizes = (
        b.const(target) if target else b.operator("SHAPE", [x], [b.tensor((4,), "int32")], "ShapeOptions", outType=2)
    )
    if target is None:
        ends = [b.const([0]), b.const([1]), b.const([1])]
        batch = b.operator("STRIDED_SLICE", [sizes, *ends], [b.tensor((), "int32")], "StridedSliceOptions",
                           shrinkAxisMask=1)  # fmt: skip
        sizes = b.operator("PACK", [batch, b.const(120)], [b.tensor((2,), "int32")], "PackOptions", valuesCount=2)
    y = b.operator("RESHAPE", [x, sizes], [b.like(x, (1, 120))], "ReshapeOptions")
    assert equal(file(b.model(b.dense(y, 5))))


def test_transposed_squeezed_and_expanded(file):
    b = Builder(16)
    x = moved(b, "TRANSPOSE", b.input((1, 6, 1, 4)), (1, 4, 6, 1), [0, 3, 1, 2])
    x = b.operator("SQUEEZE", [x], [b.like(x, (1, 4, 6))], "SqueezeOptions", squeezeDims=[3])
    x = moved(b, "EXPAND_DIMS", x, (1, 4, 6, 1), 3)
    assert equal(file(b.model(b.dense(b.conv(x, 3), 5))))


def test_a_matrix_for_each_row(file):
    b = Builder(17)
    assert equal(file(b.model(b.dense(b.input((1, 5, 8)), 7, keep=True))))


@pytest.mark.parametrize("batch", [2, 3])
def test_a_file_with_a_batch(file, batch):
    b = Builder(18)
    x = b.pool("MAX", b.conv(b.input((batch, 6, 6, 2)), 4))
    x = moved(b, "RESHAPE", x, (batch, 36), [batch, 36])
    assert equal(file(b.model(b.dense(x, 5))))


def test_floats_in_and_out(file):
    b = Builder(19)
    x = b.input((1, 12), None, 0, "float32")
    x = b.operator("QUANTIZE", [x], [b.tensor((1, 12), "int8", 0.031, -9)], "QuantizeOptions")
    y = b.operator("DEQUANTIZE", [b.dense(x, 6)], [b.tensor((1, 6), "float32")], "DequantizeOptions")
    path = file(b.model(y))
    assert equal(path)
    lowered, reals = tflite.lower(path, "net"), np.random.default_rng(0).normal(0, 3, (500, 12)).astype(np.float32)
    made = lowered.exit.dequantize(lowered.network.run(lowered.entry.quantize(reals)))
    assert np.array_equal(made.astype(np.float32), tflite.execute(path, reals)[f"t{y}"])


@pytest.mark.parametrize("end", ["SOFTMAX", "ARG_MAX", "SOFTMAX in floats"])
def test_classes(file, end):
    b = Builder(20)
    y = b.dense(b.input((1, 12)), 6, scale=0.5)
    if end == "ARG_MAX":
        y = b.operator(end, [y, b.const([-1])], [b.tensor((1,), "int64")], "ArgMaxOptions", outputType=4)
    else:
        y = b.operator("SOFTMAX", [y], [b.tensor((1, 6), "int8", 1 / 256, -128)], "SoftmaxOptions", beta=1.0)
    if "floats" in end:
        y = b.operator("DEQUANTIZE", [y], [b.tensor((1, 6), "float32")], "DequantizeOptions")
    path = file(b.model(y))
    assert equal(path)
    told = {finding.class_name: finding.how for finding in tflite.check(path)}
    assert ("argmax" in told.get("SOFTMAX", "argmax")) and tflite.lower(path, "net").network.out_features == 1


@settings(max_examples=25, deadline=None)
@given(pick=choose.picks())
def test_random_networks(pick, tmp_path_factory):
    path = tmp_path_factory.mktemp("random") / "model.tflite"
    path.write_bytes(models.random_network(pick))
    wrong, _ = mismatches(path, 60, pick(0, 999))
    assert wrong == 0


def test_integers_of_an_int8_model_are_its_own(file):
    b = Builder(21)
    path = file(b.model(b.dense(b.input((1, 4), 0.5, 7), 3)))
    lowered = tflite.lower(path, "net")
    q = np.array([[-128, 0, 7, 127]], np.int8)
    assert np.array_equal(lowered.entry.quantize(q), lowered.entry.quantize((q.astype(np.float32) - 7) * 0.5))
    with pytest.raises(InputError, match=r"integers 0\.\.255 are not int8"):
        lowered.entry.quantize(np.array([[0, 1, 2, 255]]))
    with pytest.raises(InputError, match="no number"):
        lowered.entry.quantize(np.array([[0, 1, 2, np.nan]]))


def test_every_unknown_operator_is_named_at_once(file):
    b = Builder(22)
    x = b.unary("ELU", b.dense(b.input((1, 4)), 3))
    path = file(b.model(b.unary("COS", x)))
    with pytest.raises(UnsupportedLayerError, match=r"(?s)elu_1 \(ELU\).*cos_2 \(COS\)") as refused:
        tflite.lower(path, "net")
    assert refused.value.exit_code == 2
    assert [finding.verdict for finding in tflite.check(path)] == [Verdict.SUPPORTED, *2 * [Verdict.REFUSED]]


@pytest.mark.parametrize(
    ("kind", "why"),
    [("uint8", "older scheme"), ("int16", "16-bit"), ("float32", "full integer"), ("float16", "float16")],
)
def test_other_types_are_refused_by_name(file, kind, why):
    b = Builder(23)
    x = b.tensor((1, 8), kind, None if "float" in kind else 0.1, 0)
    b.inputs.append(x)
    path = file(b.model(b.operator("RELU", [x], [b.tensor((1, 8), kind, None if "float" in kind else 0.1)])))
    with pytest.raises(UnsupportedLayerError, match=why):
        tflite.lower(path, "net")


def test_dynamic_range_weights_are_refused(file):
    b = Builder(24)
    x = b.input((1, 8), None, 0, "float32")
    w = b.weights((4, 8), 0)
    y = b.operator("FULLY_CONNECTED", [x, w], [b.tensor((1, 4), "float32")], "FullyConnectedOptions")
    with pytest.raises(UnsupportedLayerError, match="dynamic-range or hybrid"):
        tflite.lower(file(b.model(y)), "net")


def test_softmax_inside_is_refused(file):
    b = Builder(25)
    y = b.tensor((1, 6), "int8", 1 / 256, -128)
    b.operator("SOFTMAX", [b.dense(b.input((1, 12)), 6)], [y], "SoftmaxOptions", beta=1.0)
    with pytest.raises(UnsupportedLayerError, match="softmax before the output"):
        tflite.lower(file(b.model(b.dense(y, 3))), "net")


def test_sizes_that_are_not_fixed_are_refused(file):
    b = Builder(26)
    x = b.input(IMAGE)
    b.tensors[x].shapeSignature = [-1, -1, 5, 4]
    with pytest.raises(UnsupportedLayerError, match="not fixed behind the batch"):
        tflite.lower(file(b.model(b.conv(x, 3))), "net")
    b.tensors[x].shapeSignature = [-1, 6, 5, 4]
    assert tflite.lower(file(b.model(len(b.tensors) - 1)), "net")


def test_sums_that_overflow_in_tflite_are_refused(file):
    b = Builder(27)
    y = b.conv(b.input((1, 1, 1, 8), 4e6), 2, kernel=(1, 1), scale=1.0)
    with pytest.raises(UnsupportedLayerError, match="overflows in TFLite itself"):
        tflite.lower(file(b.model(y)), "net")
