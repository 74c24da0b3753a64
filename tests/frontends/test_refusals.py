"""What has no exact lowering is refused with its reason; what becomes something else says so. On hand-made graphs."""

from dataclasses import replace

import numpy as np
import pytest

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.frontends._nodes import Cast, Node
from edgeflow.frontends.hls4ml_graph import Verdict, check, lower

S6, U6 = Cast(Fixed(6, 4), Rounding.RND_CONV, Overflow.SAT), Cast(Fixed(6, 4, False), Rounding.RND_CONV, Overflow.SAT)
WIDE = Cast(Fixed(30, 12))
BITS = Cast(Fixed(1, signed=False))

IMAGE = {"in_height": 4, "in_width": 4, "stride_height": 1, "stride_width": 1, "data_format": "channels_last"}


def graph(*nodes: Node, shape: tuple[int, ...] = (4, 4, 2), t: Cast = S6, **fields) -> tuple[Node, ...]:
    """A chain behind an input, unless a node says what it takes."""
    chain = [Node("x", "Input", ("input",), shape, {"result_t": t}, {}, **fields)]
    for node in nodes:
        chain.append(node if node.inputs else replace(node, inputs=(chain[-1].name,)))
    return tuple(chain)


def node(name: str, kind: str, shape: tuple[int, ...], types: dict[str, Cast] | None = None, **fields) -> Node:
    inputs, weights = fields.pop("inputs", ()), fields.pop("weights", {})
    more = {key: fields.pop(key) for key in ("binary", "outputs") if key in fields}
    return Node(name, kind, inputs, shape, {"result_t": WIDE, "accum_t": WIDE} | (types or {}), weights, fields, **more)


def pool(op: str, kernel: int, out: int, **more) -> Node:
    size = {"pool_height": kernel, "pool_width": kernel, "out_height": out, "out_width": out, "n_filt": 2}
    return node("pool", "Pooling2D", (out, out, 2), **IMAGE | size | {"pool_op": op} | more)


def conv(**more) -> Node:
    size = {"filt_height": 3, "filt_width": 3, "out_height": 2, "out_width": 2, "n_chan": 2, "n_filt": 1}
    types = {"weight_t": Cast(Fixed(3, 2)), "bias_t": Cast(Fixed(3, 2))} | more.pop("types", {})
    weights = {"weight": np.full((3, 3, 2, 1), 0.5), "bias": np.zeros(1)}
    return node("conv", "Conv2D", (2, 2, 1), types, weights=weights, **IMAGE | size | more)


def activation(name: str, kind: str = "Activation", types: dict[str, Cast] | None = None, **more) -> Node:
    table = {"table_t": Cast(Fixed(18, 10))} | (types or {})
    return node("act", kind, (4, 4, 2), table, activation=name, table_size=1024, **more)


SAME = {"pad_top": 1, "pad_bottom": 1, "pad_left": 1, "pad_right": 1}
WINDOW = pool("Average", 2, 3)
BINARY = {"t": BITS, "binary": ("result_t",)}

REFUSED = {
    "unknown kind": (graph(node("lstm", "LSTM", (3,))), "layer kind is none of Dense, Conv1D"),
    "unknown activation": (graph(activation("selu")), 'activation "selu" is none of relu'),
    "softmax inside": (
        graph(node("soft", "Softmax", (4,)), activation("relu"), shape=(4,)),
        "softmax before the output has no exact lowering",
    ),
    "softmax of an image": (graph(node("soft", "Softmax", (4, 4, 2))), "softmax of (4, 4, 2) would be several classes"),
    "padded max of unsigned": (graph(pool("Max", 3, 4, **SAME), t=U6), "padded max pooling of an unsigned input"),
    "uneven average": (graph(pool("Average", 3, 4, **SAME)), "windows that cover 4, 6, 9 cells of the image"),
    "average drops bits": (
        graph(replace(WINDOW, types=WINDOW.types | {"accum_t": Cast(Fixed(20, 3))})),
        "accum_t s20.3 drops fraction bits of its input (s6.4)",
    ),
    "average saturates": (
        graph(replace(WINDOW, types=WINDOW.types | {"accum_t": Cast(Fixed(7, 4), overflow=Overflow.SAT)})),
        "accum_t s7.4 cannot hold the sum of 4 inputs (s8.4)",
    ),
    "average of bits": (graph(WINDOW, **BINARY), "average pooling of a binary input"),
    "channels first": (
        graph(replace(conv(), attributes=conv().attributes | {"data_format": "channels_first"})),
        "build",
    ),
    "dilation": (graph(conv(dilation_height=2)), "hls4ml computes dilated convolutions as if they were dense"),
    "wrong size": (graph(conv(out_width=3)), "its window makes 2 x 2 pixels, the model says 2 x 3"),
    "lossy accumulator": (graph(conv(types={"accum_t": Cast(Fixed(20, 4))})), "accum_t s20.4 TRN drops fraction bits"),
    "depth multiplier": (
        graph(replace(conv(depth_multiplier=2), class_name="DepthwiseConv2D")),
        "depth_multiplier is not 1",
    ),
    "sizes differ": (
        graph(pool("Max", 2, 3), node("sum", "Merge", (4, 4, 2), inputs=("x", "pool"), op="add")),
        "(4, 4, 2) and (3, 3, 2) are of different size",
    ),
    "odd merge": (graph(node("dot", "Merge", (1,), inputs=("x", "x"), op="dot1d")), 'op "dot1d" is none of add'),
    "three inputs": (graph(node("sum", "Merge", (4, 4, 2), inputs=("x", "x", "x"), op="add")), "3 inputs"),
    "bilinear": (graph(node("up", "Resize", (8, 8, 2), algorithm="bilinear")), 'resizing "bilinear" is not nearest'),
    "uneven resize": (graph(node("up", "Resize", (6, 8, 2), algorithm="nearest")), "4 x 4 pixels to 6 x 8"),
    "wide table": (graph(activation("tanh"), t=Cast(Fixed(14, 8))), "14 input bits are over 12; quantize the input"),
    "doubled ternary": (graph(activation("ternary_tanh"), t=Cast(Fixed(6, 4))), "twice its input s6.4 leaves s6.4"),
    "relu of bits": (graph(activation("relu"), **BINARY), "activation of a binary input"),
    "merge of bits": (graph(node("sum", "Merge", (4, 4, 2), inputs=("x", "x"), op="add"), **BINARY), "binary, whose 0"),
    "two outputs": (graph(activation("relu"), pool("Max", 2, 3, inputs=("x",))), "no node takes its output"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_its_reason(case) -> None:
    nodes, said = REFUSED[case]
    with pytest.raises(UnsupportedLayerError) as error:
        lower(nodes, "net")
    assert said in str(error.value)
    assert [f.how for f in check(nodes) if f.verdict is Verdict.REFUSED and said in f.how]


def test_a_node_behind_a_refused_one_is_judged_too() -> None:
    found = check(graph(activation("selu"), conv(dilation_height=2)))
    assert [f.verdict for f in found] == [Verdict.SUPPORTED, Verdict.REFUSED, Verdict.REFUSED]


def test_softmax_at_the_output_is_an_argmax_with_a_notice() -> None:
    nodes = graph(node("soft", "Softmax", (4,), activation="softmax"), shape=(4,))
    assert [(f.verdict, f.how) for f in check(nodes)][1] == (
        Verdict.REWRITTEN,
        "softmax -> argmax: the class, not probabilities",
    )
    assert lower(nodes, "n").run(np.array([[1, 5, 5, -3], [0, 0, 0, 0]])).tolist() == [[1], [0]]


def test_wires_are_called_wires_and_make_no_layer() -> None:
    copies = node("clone", "Clone", (4, 4, 2), outputs=("one", "two"))
    flat = node("flat", "Reshape", (32,), inputs=("one",))
    back = node("back", "Reshape", (4, 4, 2), inputs=("flat",))
    total = node("sum", "Merge", (4, 4, 2), inputs=("back", "two"), op="add")
    nodes = graph(copies, flat, back, total)
    assert [f.how for f in check(nodes)] == ["", "wires", "wires", "wires", ""]
    network = lower(nodes, "n")
    assert [layer.name for layer in network.layers] == ["sum"]
    assert network.run(np.arange(32)[None] - 16).tolist() == [(2 * (np.arange(32) - 16)).tolist()]


def test_ternary_tanh_steps_at_one_half() -> None:
    act = activation("ternary_tanh", "TernaryTanh")
    act = replace(act, shape=(5,), types={"result_t": Cast(Fixed(2))})
    nodes = graph(act, shape=(5,), t=Cast(Fixed(6, 3), overflow=Overflow.SAT))
    assert lower(nodes, "n").run(np.array([[5, 4, -3, -4, -5]])).tolist() == [[1, 0, 0, -1, -1]]
