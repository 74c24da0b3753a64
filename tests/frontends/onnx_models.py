"""ONNX models with quantizers, node by node: what exporters write, in the smallest form."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

QONNX = "qonnx.custom_op.general"


class Builder:
    """Grows a graph; methods return tensor names. Constants are float32 initializers."""

    def __init__(self, shape, seed=0, batch=1, elem=TensorProto.FLOAT):
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants = [], []
        self.input = helper.make_tensor_value_info("x", elem, [batch, *shape])

    def const(self, values, dtype=np.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(self, op, *inputs, domain="", name=None, **attributes):
        out = f"t{len(self.nodes)}"
        name = name or f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [out], domain=domain, name=name, **attributes))
        return out

    def quant(self, x, scale, bits, signed=True, zero=0.0, narrow=0, mode="ROUND", name=None):
        parameters = (self.const(scale), self.const(zero), self.const(float(bits)))
        return self.node("Quant", x, *parameters, domain=QONNX, name=name, signed=int(signed), narrow=narrow,
                         rounding_mode=mode)  # fmt: skip

    def bipolar(self, x, scale=1.0):
        return self.node("BipolarQuant", x, self.const(scale), domain=QONNX)

    def weights(self, shape, bits, per_channel_axis=None, scale=None):
        """A quantized random constant: float scales unless given."""
        values = self.random.normal(0, 0.5, shape)
        if scale is None:
            size = [1] * len(shape)
            if per_channel_axis is not None:
                size[per_channel_axis] = shape[per_channel_axis]
            scale = self.random.uniform(0.05, 0.3, size).astype(np.float32)
        if bits == 1:
            return self.bipolar(self.const(values), scale)
        return self.quant(self.const(values), scale, bits, narrow=1)

    def batch_norm(self, x, channels, negative=True):
        r = self.random
        gamma = r.uniform(0.5, 1.5, channels) * (r.choice([-1, 1], channels) if negative else 1)
        parts = (gamma, r.normal(0, 0.3, channels), r.normal(0, 0.3, channels), r.uniform(0.2, 2, channels))
        return self.node("BatchNormalization", x, *(self.const(part) for part in parts), epsilon=1e-5)

    def model(self, output, shape, elem=TensorProto.FLOAT):
        out = helper.make_tensor_value_info(output, elem, [self.input.type.tensor_type.shape.dim[0].dim_value, *shape])
        graph = helper.make_graph(self.nodes, "model", [self.input], [out], self.constants)
        opsets = [helper.make_opsetid("", 13), helper.make_opsetid(QONNX, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def mlp(sizes=(12, 9, 8, 5), weight_bits=2, act_bits=2, per_channel=False, norm=True, seed=0):
    b = Builder(sizes[:1], seed)
    x = b.quant("x", 0.117, 4, signed=True)
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        if i:
            x = b.batch_norm(x, n_in) if norm else x
            x = _activation(b, x, act_bits)
        x = b.node("MatMul", x, b.weights((n_in, n_out), weight_bits, 1 if per_channel else None), name=f"fc{i}")
    return b.model(x, sizes[-1:])


def _activation(b, x, bits):
    scale = float(b.random.uniform(0.1, 0.5))
    return b.bipolar(x, scale) if bits == 1 else b.quant(b.node("Relu", x), scale, bits, signed=False)


def cnn(weight_bits=3, act_bits=3, per_channel=True, pads=1, pool="MaxPool", residual=True, depthwise=True, seed=0):
    b = Builder((2, 6, 6), seed)
    x = b.quant("x", 0.21, 4)
    x = b.node(
        "Conv", x, b.weights((4, 2, 3, 3), weight_bits, 0 if per_channel else None), pads=[pads] * 4, name="conv"
    )
    x = b.batch_norm(x, 4)
    x = b.quant(b.node("Relu", x), 0.31, act_bits, signed=False)
    side = 6 if pads else 4
    if depthwise:
        y = b.node("Conv", x, b.weights((4, 1, 3, 3), weight_bits, 0 if per_channel else None), group=4, pads=[1] * 4)
        y = b.quant(b.batch_norm(y, 4), 0.4, act_bits)
        y = b.node("Conv", y, b.weights((4, 4, 1, 1), weight_bits, 0 if per_channel else None))
        y = b.quant(y, 0.37 if residual else 0.5, act_bits + 1)
        x = b.node("Add", x, y) if residual else y
        x = b.quant(b.node("Relu", x), 0.45, act_bits, signed=False)
    x = b.node(pool, x, kernel_shape=[2, 2], strides=[2, 2])
    x = b.node("Flatten", x)
    x = b.node("Gemm", x, b.weights((3, 4 * (side // 2) ** 2), weight_bits, 0 if per_channel else None),
               b.const(b.random.normal(0, 0.3, 3)), transB=1)  # fmt: skip
    return b.model(x, (3,))
