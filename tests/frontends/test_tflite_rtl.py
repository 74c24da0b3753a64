"""A whole int8 network from a TFLite file: interpreter == Network == RTL, folded and as it comes."""

import sys
from pathlib import Path

import pytest

from edgeflow.frontends import tflite
from edgeflow.rtl.generate import generate

sys.path.insert(0, str(Path(__file__).parents[1] / "rtl"))

pytestmark = pytest.mark.tools


def network(tmp_path, name):
    """Signed and padded sums, a residual, both roundings, windows and a class at the end."""
    from tflite_models import RELU, Builder

    b = Builder(40)
    x = b.conv(b.input((1, 6, 6, 2), zero=-9), 4, act=RELU, zero=-128)
    y = b.depthwise(x, act=RELU, zero=-100)
    x = b.pool("MAX", b.binary("ADD", x, b.conv(y, 4, (1, 1)), 0.9 * b.scale(y), -5))
    x = b.dense(x, 5, per_channel=False, scale=0.5)
    x = b.operator("SOFTMAX", [x], [b.tensor((1, 5), "int8", 1 / 256, -128)], "SoftmaxOptions", beta=1.0)
    (tmp_path / "net.tflite").write_bytes(b.model(x))
    return tmp_path / "net.tflite", tflite.lower(tmp_path / "net.tflite", name), f"t{x}"


def test_interpreter_network_and_rtl_agree(tmp_path, store):
    import pick as choose
    from batch import check_all

    designs, xs, ys = [], [], []
    for folding in ("folded", "unrolled"):
        path, lowered, end = network(tmp_path, f"tflite_{folding}")
        frames = choose.frames(lowered.network.input, lowered.network.in_features, 64, 5)
        classes = tflite.execute(path, lowered.entry.dequantize(frames))[end]
        assert (lowered.network.run(frames) == classes).all() and len(set(classes.ravel())) > 2
        designs.append(generate(lowered.network, folding, 25))
        xs.append(frames)
        ys.append(classes)
    check_all(designs, xs, ys, store)
