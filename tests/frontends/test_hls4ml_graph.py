"""Lowering by itself, on hand-made graphs: what is wires, what is a layer, what is refused."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Overflow, Rounding, cast
from edgeflow.frontends import _nodes
from edgeflow.frontends._nodes import Cast, Node, check_weights
from edgeflow.frontends.hls4ml_graph import lower

WIDE = Cast(Fixed(24, 8))
U4 = Cast(Fixed(4, 4, signed=False), Rounding.RND_CONV, Overflow.SAT)
ALL_ZERO_BIAS = Cast(Fixed(2, -30, signed=False))  # hls4ml's ufixed<2,32>


def node(name: str, kind: str, before: str, shape: int, activation: str = "", **fields) -> Node:
    plain = {"types": {"result_t": WIDE}, "weights": {}, "attributes": {"activation": activation}}
    return Node(name=name, class_name=kind, inputs=(before,), shape=(shape,), **plain | fields)


def dense(weight: list[list[float]], bias: list[float], **types: Cast) -> Node:
    types = {"result_t": WIDE, "accum_t": WIDE, "weight_t": Cast(Fixed(4, 3)), "bias_t": Cast(Fixed(6, 5))} | types
    weights = {"weight": np.array(weight), "bias": np.array(bias)}
    return node("dense_0", "Dense", "features", len(bias), types=types, weights=weights)


def chain(*nodes: Node, features: int = 2) -> tuple[Node, ...]:
    return node("features", "Input", "input", features, types={"result_t": U4}), *nodes


SMALL = dense([[0.5, -0.125], [-1.0, 0.875]], [0.25, 0.03125])


def test_a_dense_layer_is_one_exact_sum() -> None:
    network = lower(chain(SMALL), "small")
    assert [layer.name for layer in network.layers] == ["dense_0"]
    x = np.array([[15, 0], [0, 15], [7, 9]])
    y = (x / 16) @ SMALL.weights["weight"] + SMALL.weights["bias"]
    assert (network.output.real(network.run(x)) == y).all()


def test_a_bias_finer_than_the_products_keeps_its_bits() -> None:
    fine = dense(
        [[0.5], [0.5]], [2.0**-12], bias_t=Cast(Fixed(4, 12)), accum_t=Cast(Fixed(24, 14)), result_t=Cast(Fixed(24, 14))
    )
    network = lower(chain(fine), "fine")
    assert network.output.real(network.run(np.array([[1, 1]]))).item() == 1 / 16 + 2.0**-12


def test_the_type_of_an_all_zero_bias() -> None:
    network = lower(chain(dense([[0.5], [0.5]], [0.0], bias_t=ALL_ZERO_BIAS)), "zero")
    assert network.output.real(network.run(np.array([[2, 4]]))).item() == 6 / 32


def test_casts_that_change_nothing_are_wires() -> None:
    wide = node("linear", "Activation", "features", 2, activation="linear")
    positive = node("relu", "Activation", "linear", 2, activation="relu")
    network = lower(chain(wide, positive, replace(SMALL, inputs=("relu",))), "wires")
    assert [layer.name for layer in network.layers] == ["dense_0"]


def test_a_narrow_result_is_its_own_layer() -> None:
    narrow = Cast(Fixed(4, 2), Rounding.RND_CONV, Overflow.SAT)
    network = lower(chain(replace(SMALL, types=SMALL.types | {"result_t": narrow})), "narrow")
    assert [layer.name for layer in network.layers] == ["dense_0", "dense_0_result"]
    assert network.output == narrow.y


@given(st.lists(st.integers(-8, 7), min_size=4, max_size=4), st.integers(3, 9))
def test_a_wrapping_accumulator_wraps_the_total(weights: list[int], width: int) -> None:
    """hls4ml wraps every partial sum; modulo 2^width that is the wrapped total."""
    accum = Fixed(width, 7)
    layer = dense([[w / 8] for w in weights], [0.0], accum_t=Cast(accum))
    network = lower(chain(layer, features=4), "wrap")
    x = np.random.default_rng(1).integers(0, 16, (50, 4))
    partial = np.zeros(50, np.int64)
    for i, w in enumerate(weights):
        partial = cast(
            partial + cast(x[:, i] * w, 7, accum, Rounding.TRN, Overflow.WRAP), 7, accum, Rounding.TRN, Overflow.WRAP
        )
    assert (network.output.real(network.run(x))[:, 0] == accum.real(partial)).all()


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ({"accum_t": Cast(Fixed(24, 6))}, "accum_t s24.6 TRN drops fraction bits"),
        ({"accum_t": Cast(Fixed(6, 7), overflow=Overflow.SAT)}, "accum_t s6.7 SAT may saturate a partial sum"),
        ({"accum_t": Cast(Fixed(24, 3), rounding=Rounding.RND)}, "accum_t s24.3 RND drops"),
    ],
)
def test_lossy_accumulators_are_refused(types: dict[str, Cast], said: str) -> None:
    with pytest.raises(UnsupportedLayerError, match=said):
        lower(chain(replace(SMALL, types=SMALL.types | types)), "lossy")


def test_saturating_accumulators_count_products_without_the_bias() -> None:
    """The sum -1 + 15/16 * 7/8 fits 1 integer bit below zero, the product by itself does not."""
    tight = Cast(Fixed(9, 9), overflow=Overflow.SAT)
    layer = dense([[0.875], [0.0]], [-0.5], accum_t=tight)
    with pytest.raises(UnsupportedLayerError, match="may saturate a partial sum"):
        lower(chain(layer), "tight")


def test_ternary_products_refuse_minus_two() -> None:
    layer = dense([[-2.0], [1.0]], [0.0], weight_t=Cast(Fixed(2, 0)))
    with pytest.raises(UnsupportedLayerError, match="a weight is -2"):
        lower(chain(layer), "ternary")


def test_everything_unsupported_is_named_at_once() -> None:
    nodes = chain(
        node("recurrent", "LSTM", "features", 2),
        node("curve", "Activation", "recurrent", 2, activation="selu"),
        node("odd", "Activation", "curve", 2, activation="relu", odd_types={"result_t": "exponent"}),
        replace(SMALL, inputs=("nowhere",)),
        node("end", "Softmax", "odd", 2, activation="softmax"),
    )
    with pytest.raises(UnsupportedLayerError) as error:
        lower(nodes, "odd")
    said = str(error.value)
    assert "recurrent (LSTM): layer kind is none of Dense, Conv1D" in said
    assert 'curve (Activation): activation "selu" is none of relu, linear' in said
    assert "odd (Activation): type exponent is not plain fixed point" in said
    assert "dense_0 (Dense): takes nowhere, which no node before it makes; no node takes its output" in said
    assert "end" not in said


def test_an_empty_chain_and_a_missing_input() -> None:
    with pytest.raises(UnsupportedLayerError, match="only wires"):
        lower(chain(), "wires")
    with pytest.raises(UnsupportedLayerError, match="not an Input"):
        lower((SMALL,), "headless")


def test_weights_between_two_steps_are_refused() -> None:
    with pytest.raises(InputError, match=r"dense_0: some weight is no value of s4\.3"):
        check_weights(chain(dense([[0.3], [0.5]], [0.0])))
    check_weights(chain(SMALL))


def test_a_graph_survives_its_files(tmp_path: Path) -> None:
    nodes = chain(SMALL, node("relu_0", "Activation", "dense_0", 2, activation="relu", types={"result_t": U4}))
    _nodes.save(nodes, tmp_path)
    loaded = _nodes.load(tmp_path)
    plain = [f.name for f in fields(Node) if f.name != "weights"]
    assert [[getattr(n, f) for f in plain] for n in loaded] == [[getattr(n, f) for f in plain] for n in nodes]
    x = np.random.default_rng(1).integers(0, 16, (20, 2))
    assert (lower(loaded, "n").run(x) == lower(nodes, "n").run(x)).all()
