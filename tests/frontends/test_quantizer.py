"""HGQ2's quantizers of activations, on hand-made graphs: a format for each value, and what a sum behind them needs."""

import numpy as np
import pytest

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Overflow, Rounding, cast
from edgeflow.frontends import _nodes
from edgeflow.frontends._nodes import Cast, Node
from edgeflow.frontends.hls4ml_graph import lower
from edgeflow.kernels.requantize import Requantize
from edgeflow.kernels.requantize_each import RequantizeEach

X = Fixed(9, 6)
BITS = [[1, 4, 2], [0, 3, 1], [1, 0, 0], [1, 6, 2]]  # signed, bits, integer bits of each value
FORMATS = [Fixed(4, 2), Fixed(3, 2, signed=False), None, Fixed(6, 4)]


def quantizer(bits=BITS, shape=(4,), mode: str = "RND") -> Node:
    """Bits of each value, or of the last axis."""
    mask = np.array(bits, np.float64).T.reshape(3, 1, *(shape if len(bits) == np.prod(shape) else shape[-1:]))
    weights, types = dict(zip(_nodes.MASK, mask, strict=True)), {"result_t": Cast(Fixed(7, 4))}
    return Node("q", "FixedPointQuantizer", ("x",), shape, types, weights, {"RND": mode, "SAT": "SAT"})


def graph(*nodes: Node, shape=(4,)) -> tuple[Node, ...]:
    return Node("x", "Input", ("input",), shape, {"result_t": Cast(X)}, {}), *nodes


def expected(x):
    parts = [
        np.zeros(len(x)) if y is None else y.real(cast(x[:, i], X.frac, y, Rounding.RND, Overflow.SAT))
        for i, y in enumerate(FORMATS)
    ]
    return np.stack(parts, axis=1)


def frames(features=4, count=200):
    return np.random.default_rng(1).integers(X.lo, X.hi, (count, features), endpoint=True)


def test_each_value_gets_its_own_bits():
    network, x = lower(graph(quantizer()), "net"), frames()
    assert np.array_equal(network.output.real(network.run(x)), expected(x))


def test_pixels_of_one_rule_are_channels():
    network = lower(graph(quantizer(shape=(2, 3, 4)), shape=(2, 3, 4)), "net")
    kernel, x = network.layers[0].kernel, frames(24)
    assert isinstance(kernel, RequantizeEach)
    assert (kernel.formats, kernel.pixels) == (tuple(FORMATS), 6)
    assert np.array_equal(network.output.real(network.run(x)).reshape(-1, 4), expected(x.reshape(-1, 4)))


def test_one_width_that_other_layers_share_is_a_plain_cast():
    (layer,) = lower(graph(quantizer([BITS[0]] * 4)), "net").layers
    assert isinstance(layer.kernel, Requantize)
    assert layer.kernel.y == FORMATS[0]


def dense(accum_frac: int, weights: list[int]) -> Node:
    """Weights are integers / 8."""
    types = {"result_t": Cast(Fixed(30, accum_frac)), "accum_t": Cast(Fixed(30, accum_frac))}
    types |= {"weight_t": Cast(Fixed(6, 3)), "bias_t": Cast(Fixed(2, -30, signed=False))}
    real = {"weight": np.array(weights)[:, None] / 8, "bias": np.zeros(1)}
    return Node("dense", "Dense", ("q",), (1,), types, real)


def test_an_accumulator_as_fine_as_its_products_is_enough():
    """On the common grid products have 4 + 3 fraction bits; 6 are used: of value 0 2 + 3, of value 3 4 + 2."""
    weights = [3, 8, 5, 2]
    network, x = lower(graph(quantizer(), dense(6, weights)), "net"), frames()
    assert np.array_equal(network.output.real(network.run(x))[:, 0], expected(x) @ np.array(weights) / 8)
    for accum_frac, finer in ((5, weights), (6, [3, 8, 5, 1])):
        with pytest.raises(UnsupportedLayerError, match="drops fraction bits of products"):
            lower(graph(quantizer(), dense(accum_frac, finer)), "net")


def test_a_convolution_knows_which_pixel_each_weight_sees():
    """Each of three pixels is seen by one of two taps alone, or by both: the finest product that occurs counts."""
    shape, bits = (1, 3, 1), [[1, 6, 2], [1, 4, 2], [1, 4, 2]]
    sizes = {"in_height": 1, "in_width": 3, "filt_height": 1, "filt_width": 2, "out_height": 1, "out_width": 2}
    more = {"n_chan": 1, "n_filt": 1, "stride_height": 1, "stride_width": 1, "data_format": "channels_last"}
    q = quantizer(bits, shape)

    def conv(left: int, right: int) -> Node:
        """The right tap never sees the first pixel, the only one with 4 fraction bits."""
        types = {"result_t": Cast(Fixed(30, 5)), "accum_t": Cast(Fixed(30, 5))}
        types |= {"weight_t": Cast(Fixed(6, 3)), "bias_t": Cast(Fixed(2, -30, signed=False))}
        real = {"weight": np.array([left, right]).reshape(1, 2, 1, 1) / 8, "bias": np.zeros(1)}
        return Node("conv", "Conv2D", ("q",), (1, 2, 1), types, real, sizes | more)

    assert lower(graph(q, conv(4, 1), shape=shape), "net").output.frac == 5
    with pytest.raises(UnsupportedLayerError, match="drops fraction bits of products"):
        lower(graph(q, conv(1, 4), shape=shape), "net")


def test_modes_that_ap_fixed_does_not_have_are_refused():
    with pytest.raises(UnsupportedLayerError, match="rounding STOCHASTIC"):
        lower(graph(quantizer(mode="STOCHASTIC")), "net")


def test_bits_survive_the_disk(tmp_path):
    nodes = graph(quantizer())
    _nodes.save(nodes, tmp_path)
    x = frames()
    assert np.array_equal(lower(_nodes.load(tmp_path), "net").run(x), lower(nodes, "net").run(x))
