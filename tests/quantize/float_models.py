"""Float ONNX models in the smallest form, and samples for them."""

import numpy as np
import onnx_models as models

SIDE = 8
UNEVEN = np.logspace(-1.5, 1, 6)  # of a layer's outputs, which its batch norm evens out


class Builder(models.Builder):
    def dense(self, x, n_in, n_out, name, op="Gemm"):
        w = self.const(self.random.normal(0, 1 / np.sqrt(n_in), (n_in, n_out)))
        bias = self.const(self.random.normal(0, 0.2, n_out))
        if op == "Gemm":
            return self.node("Gemm", x, w, bias, name=name)
        return self.node("Add", self.node("MatMul", x, w, name=name), bias)

    def conv(self, x, n_in, n_out, name, side=3, groups=1, uneven=False):
        w = self.random.normal(0, 1 / np.sqrt(n_in / groups * side**2), (n_out, n_in // groups, side, side))
        w *= UNEVEN[:n_out].reshape(-1, 1, 1, 1) if uneven else 1
        return self.node("Conv", x, self.const(w), pads=[side // 2] * 4, group=groups, name=name)

    def even(self, x):
        parts = (np.ones(6), np.full(6, 0.1), np.zeros(6), UNEVEN**2)
        return self.node("BatchNormalization", x, *(self.const(part) for part in parts))


def mlp(seed=0, op="Gemm", sizes=(12, 24, 16, 5)):
    b, x = Builder(sizes[:1], seed), "x"
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        x = b.node("Relu", x) if i else x
        x = b.dense(x, n_in, n_out, f"fc{i}", op)
    return b.model(x, sizes[-1:])


def cnn(seed=0, uneven=False):
    """Batch norms, a depthwise and a pointwise convolution in a residual branch, both poolings, a dense layer."""
    b = Builder((2, SIDE, SIDE), seed)
    x = b.conv("x", 2, 6, "first", uneven=uneven)
    x = b.node("Relu", b.even(x) if uneven else b.batch_norm(x, 6))
    y = b.node("Relu", b.batch_norm(b.conv(x, 6, 6, "depthwise", groups=6), 6))
    y = b.batch_norm(b.conv(y, 6, 6, "pointwise", side=1), 6)
    x = b.node("Relu", b.node("Add", x, y))
    x = b.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = b.node("Clip", b.conv(x, 6, 8, "last"), b.const(0.0), b.const(2.0))
    x = b.node("Flatten", b.node("GlobalAveragePool", x))
    return b.model(b.node("Softmax", b.dense(x, 8, 5, "head"), axis=-1), (5,))


def samples(model, count=400, seed=1):
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim][1:]
    return np.random.default_rng(seed).normal(0.2, 0.6, (count, *shape)).astype(np.float32)
