"""TFLite files of strangers: damage and excess end in an InputError, before memory is taken, without an interpreter."""

import struct
import subprocess
import sys

import numpy as np
import pytest
from tflite_models import RELU, Builder

from edgeflow.errors import InputError, MissingToolError
from edgeflow.frontends import _tflite_file, tflite


@pytest.fixture
def file(tmp_path):
    def written(content):
        (tmp_path / "model.tflite").write_bytes(content)
        return tmp_path / "model.tflite"

    return written


@pytest.fixture(scope="module")
def content():
    b = Builder(1)
    x = b.pool("MAX", b.conv(b.input((1, 4, 4, 2)), 3, act=RELU))
    return b.model(b.dense(x, 4))


def read_or_refused(path):
    """Whatever it holds: findings, or an error of ours."""
    try:
        tflite.lower(path, "net")
        tflite.check(path)
    except InputError as error:
        assert str(error).strip()
        return True
    return False


def test_flipped_bits(file, content):
    random, refused = np.random.default_rng(2), 0
    for _ in range(300):
        damaged = bytearray(content)
        for at in random.integers(0, len(content), random.integers(1, 4)):
            damaged[at] ^= 1 << random.integers(0, 8)
        refused += read_or_refused(file(bytes(damaged)))
    assert 30 < refused < 300


def test_words_that_lead_anywhere(file, content):
    """Every 32-bit word of the tables, one by one: offsets and counts beyond the file, or into it."""
    random = np.random.default_rng(3)
    for at in random.permutation(len(content) // 4)[:300].tolist():
        damaged = bytearray(content)
        struct.pack_into("<I", damaged, 4 * at, int(random.choice([2**32 - 1, 2**31, 2**20, len(content), 5])))
        read_or_refused(file(bytes(damaged)))


@pytest.mark.parametrize("part", [0, 3, 8, 20, 0.1, 0.5, 0.9, 0.999])
def test_cut_off(file, content, part):
    path = file(content[: part if isinstance(part, int) else int(part * len(content))])
    with pytest.raises(InputError, match=r"model\.tflite: (no TFLite model|damaged)"):
        tflite.lower(path, "net")


def test_no_file_and_other_files(file, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        tflite.lower(tmp_path / "none.tflite", "net")
    with pytest.raises(InputError, match="no TFLite model"):
        tflite.check(file(b"PK\x03\x04 a zip file"))


def test_a_file_that_is_too_large_is_not_read(file, content, monkeypatch):
    monkeypatch.setattr(_tflite_file, "MOST_BYTES", len(content) - 1)
    with pytest.raises(InputError, match="fits no FPGA"):
        tflite.lower(file(content), "net")


@pytest.mark.parametrize("shape", [(1, 2**16, 2**16, 4), (2**31 - 1,) * 4, (1, -1, 4, 2)])
def test_tensors_that_are_too_large(file, shape):
    b = Builder(4)
    y = b.conv(b.input((1, 4, 4, 2)), 3)
    b.tensors[y].shape = list(shape)
    with pytest.raises(InputError, match="is over"):
        tflite.lower(file(b.model(y)), "net")


@pytest.mark.parametrize("sizes", [(2**20, 2**20), (2**30, 1), (0, 1), (-5, 2)])
def test_windows_beyond_all_bounds(file, sizes):
    b = Builder(5)
    x = b.input((1, 4, 4, 2))
    y = b.like(x, (1, 4, 4, 2))
    filter_ = {"filterHeight": sizes[0], "filterWidth": sizes[1]}
    b.operator("MAX_POOL_2D", [x], [y], "Pool2DOptions", **filter_, strideH=1, strideW=1)
    with pytest.raises(InputError, match="kernel, strides"):
        tflite.lower(file(b.model(y)), "net")


def test_a_depthwise_convolution_whose_zeros_would_fill_memory(file):
    b = Builder(6)
    x = b.input((1, 1, 1, 2**13))
    with pytest.raises(InputError, match="zeros included"):
        tflite.lower(file(b.model(b.depthwise(x, (1, 1), multiplier=2))), "net")


def test_several_subgraphs(file):
    from ai_edge_litert import schema_py_generated as schema

    b = Builder(7)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(b.model(b.dense(b.input((1, 4)), 3))))
    model.subgraphs *= 2
    with pytest.raises(InputError, match="2 subgraphs; only one"):
        tflite.lower(file(pack(model)), "net")


def pack(model):
    import flatbuffers

    writer = flatbuffers.Builder(1024)
    writer.Finish(model.Pack(writer), b"TFL3")
    return bytes(writer.Output())


def test_a_circle(file):
    b = Builder(8)
    y = b.unary("RELU", b.input((1, 4)))
    b.operator("RELU", [y], [y])
    with pytest.raises(InputError, match="not one new tensor"):
        tflite.lower(file(b.model(y)), "net")


@pytest.mark.parametrize("scale", [0.0, -0.1, float("nan"), float("inf"), 1e-38])
def test_scales_that_are_none(file, scale):
    b = Builder(9)
    y = b.unary("RELU", b.input((1, 4)))
    b.tensors[y].quantization.scale = [scale]
    with pytest.raises(InputError):
        tflite.lower(file(b.model(y)), "net")


def test_reading_loads_no_interpreter_and_no_framework(file, content):
    path = file(content)
    code = "import sys; from pathlib import Path; from edgeflow.frontends import tflite"
    code += f"; tflite.check(Path({str(path)!r})); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"tensorflow", "keras", "ai_edge_litert.interpreter", "onnx", "torch"} & set(loaded)


def test_without_litert_the_install_line_is_given(file, content, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    with pytest.raises(MissingToolError, match=r"pip install 'edgeflow\[tflite\]'"):
        tflite.lower(file(content), "net")
