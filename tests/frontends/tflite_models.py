"""Int8 TFLite models, operator by operator: what converters write, in the smallest form, without TensorFlow."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {name.lower(): value for name, value in vars(schema.TensorType).items() if isinstance(value, int)}
NONE, RELU, RELU_N1, RELU6 = range(4)  # fused activations
SAME, VALID = range(2)


class Builder:
    """Grows a subgraph; methods return tensor indices. Scales and weights are random, with a seed."""

    def __init__(self, seed=0):
        self.random = np.random.default_rng(seed)
        self.tensors, self.operators, self.codes, self.inputs = [], [], [], []
        self.buffers = [schema.BufferT()]

    def tensor(self, shape, dtype="int8", scale=None, zero=0, data=None, axis=0):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.name = [int(n) for n in shape], TYPES[dtype], f"t{len(self.tensors)}"
        if scale is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = [float(s) for s in np.atleast_1d(scale)]
            tensor.quantization.zeroPoint = [int(z) for z in np.broadcast_to(zero, len(tensor.quantization.scale))]
            tensor.quantization.quantizedDimension = axis
        if data is not None:
            self.buffers.append(schema.BufferT())
            self.buffers[-1].data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            tensor.buffer = len(self.buffers) - 1
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def input(self, shape, scale=0.02, zero=-3, dtype="int8"):
        self.inputs.append(self.tensor(shape, dtype, scale, zero))
        return self.inputs[-1]

    def const(self, values, dtype="int32", scale=None, zero=0, axis=0):
        values = np.asarray(values, dtype)
        return self.tensor(values.shape, dtype, scale, zero, values, axis)

    def operator(self, kind, inputs, outputs, options=None, **fields):
        code = getattr(schema.BuiltinOperator, kind)
        if code not in self.codes:
            self.codes.append(code)
        made = schema.OperatorT()
        made.opcodeIndex, made.inputs, made.outputs = self.codes.index(code), list(inputs), list(outputs)
        if options:
            made.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            made.builtinOptions = getattr(schema, f"{options}T")()
            for name, value in fields.items():
                assert hasattr(made.builtinOptions, name), name
                setattr(made.builtinOptions, name, value)
        self.operators.append(made)
        return outputs[0]

    def shape(self, x):
        return tuple(self.tensors[x].shape)

    def scale(self, x):
        return self.tensors[x].quantization.scale[0]

    def zero(self, x):
        return self.tensors[x].quantization.zeroPoint[0]

    def like(self, x, shape, scale=None, zero=None):
        """An int8 tensor of another shape, by default quantized as ``x`` is."""
        return self.tensor(
            shape, "int8", self.scale(x) if scale is None else scale, self.zero(x) if zero is None else zero
        )

    def weights(self, shape, axis, per_channel=True):
        values = self.random.integers(-127, 128, shape)
        size = shape[axis] if per_channel else 1
        return self.const(values, "int8", self.random.uniform(0.002, 0.02, size).astype(np.float32), axis=axis)

    def _summed(self, x, w, taps, channels, out_shape, kind, options, scale, zero, **fields):
        """A bias and an output whose scale uses most of int8."""
        scales = np.array(self.tensors[w].quantization.scale)
        bias = self.const(self.random.integers(-3000, 3000, channels), "int32", self.scale(x) * scales)
        if scale is None:
            scale = float(np.float32(self.scale(x) * scales.mean() * 73 * 73 * np.sqrt(taps) / 60))
        y = self.tensor(out_shape, "int8", scale, zero)
        return self.operator(kind, [x, w, bias], [y], options, **fields)

    def dense(self, x, units, per_channel=True, act=NONE, scale=None, zero=5, keep=False):
        shape = self.shape(x)
        n = shape[-1] if keep else int(np.prod(shape[1:]))
        w = self.weights((units, n), 0, per_channel)
        out = (*shape[:-1], units) if keep else (shape[0], units)
        return self._summed(x, w, n, units, out, "FULLY_CONNECTED", "FullyConnectedOptions", scale, zero,
                            fusedActivationFunction=act, keepNumDims=keep)  # fmt: skip

    def window(self, x, kernel, stride, padding, dilation=(1, 1)):
        size, reach = self.shape(x)[1:3], [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        if padding == SAME:
            return tuple(-(-n // s) for n, s in zip(size, stride, strict=True))
        return tuple((n - r) // s + 1 for n, r, s in zip(size, reach, stride, strict=True))

    def conv(self, x, filters, kernel=(3, 3), stride=(1, 1), padding=SAME, dilation=(1, 1), act=NONE, per_channel=True,
             scale=None, zero=-7, groups=1):  # fmt: skip
        channels = self.shape(x)[3] // groups
        w = self.weights((filters, *kernel, channels), 0, per_channel)
        out = (self.shape(x)[0], *self.window(x, kernel, stride, padding, dilation), filters)
        return self._summed(
            x, w, kernel[0] * kernel[1] * channels, filters, out, "CONV_2D", "Conv2DOptions", scale, zero,
            padding=padding, strideH=stride[0], strideW=stride[1], fusedActivationFunction=act,
            dilationHFactor=dilation[0], dilationWFactor=dilation[1],
        )  # fmt: skip

    def depthwise(self, x, kernel=(3, 3), stride=(1, 1), padding=SAME, multiplier=1, act=NONE, per_channel=True,
                  scale=None, zero=4):  # fmt: skip
        channels = self.shape(x)[3] * multiplier
        w = self.weights((1, *kernel, channels), 3, per_channel)
        out = (self.shape(x)[0], *self.window(x, kernel, stride, padding), channels)
        return self._summed(
            x, w, kernel[0] * kernel[1], channels, out, "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions", scale, zero,
            padding=padding, strideH=stride[0], strideW=stride[1], fusedActivationFunction=act,
            depthMultiplier=multiplier, dilationHFactor=1, dilationWFactor=1,
        )  # fmt: skip

    def pool(self, kind, x, kernel=(2, 2), stride=(2, 2), padding=VALID, act=NONE):
        y = self.like(x, (self.shape(x)[0], *self.window(x, kernel, stride, padding), self.shape(x)[3]))
        return self.operator(f"{kind}_POOL_2D", [x], [y], "Pool2DOptions", padding=padding, strideH=stride[0],
                             strideW=stride[1], filterHeight=kernel[0], filterWidth=kernel[1],
                             fusedActivationFunction=act)  # fmt: skip

    def mean(self, x, axes=(1, 2), keep=False, scale=None, zero=None):
        shape = self.shape(x)
        out = [1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes]
        y = self.like(x, out, scale, zero)
        return self.operator("MEAN", [x, self.const(axes)], [y], "ReducerOptions", keepDims=keep)

    def binary(self, kind, a, b, scale=None, zero=3, act=NONE):
        y = self.tensor(self.shape(a), "int8", 0.03 if scale is None else scale, zero)
        return self.operator(kind, [a, b], [y], f"{kind.title()}Options", fusedActivationFunction=act)

    def unary(self, kind, x, scale=None, zero=None, options=None, **fields):
        return self.operator(kind, [x], [self.like(x, self.shape(x), scale, zero)], options, **fields)

    def model(self, *outputs):
        graph, model = schema.SubGraphT(), schema.ModelT()
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs, graph.outputs, graph.name = self.inputs, list(outputs), "main"
        model.version, model.subgraphs, model.buffers, model.operatorCodes = 3, [graph], self.buffers, []
        for code in self.codes:
            entry = schema.OperatorCodeT()
            entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), 1
            model.operatorCodes.append(entry)
        writer = flatbuffers.Builder(1024)
        writer.Finish(model.Pack(writer), b"TFL3")
        return bytes(writer.Output())


def random_network(pick):
    """A few operators of every kind in a row, some side by side."""
    b = Builder(pick(0, 10**6))
    scales, zeros = (0.003, 0.02, 0.5), (-128, -20, 0, 3, 127)
    x = b.input((1, pick(3, 6), pick(3, 6), pick(1, 4)), scales[pick(0, 2)], zeros[pick(0, 4)])
    for _ in range(pick(1, 4)):
        x = _random_operator(b, pick, x, zeros[pick(0, 4)])
    x = b.mean(x, keep=bool(pick(0, 1)), scale=b.scale(x) * (0.7, 1)[pick(0, 1)]) if pick(0, 1) else x
    return b.model(b.dense(x, pick(1, 5), bool(pick(0, 1)), pick(NONE, RELU)) if pick(0, 1) else x)


def _random_operator(b, pick, x, zero):
    window = {"kernel": (pick(1, 3), pick(1, 3)), "stride": (pick(1, 2), pick(1, 2)), "padding": SAME}
    per_channel = bool(pick(0, 1))
    act = pick(NONE, RELU) if zero < 100 else NONE  # it would leave one value
    channels = b.shape(x)[3]
    match pick(0, 6):
        case 0 | 1:
            return b.conv(x, pick(1, 5), **window, act=act, per_channel=per_channel, zero=zero)
        case 2:
            return b.depthwise(x, **window, multiplier=pick(1, 2), act=act, per_channel=per_channel, zero=zero)
        case 3:
            return b.pool(("MAX", "AVERAGE")[pick(0, 1)], x, **window)
        case 4:
            y = b.conv(x, channels, (1, 1), act=act, zero=zero)
            return b.binary(("ADD", "SUB", "MUL")[pick(0, 2)], x, y, b.scale(y) * 1.3, zero, act)
        case 5:
            y = b.conv(x, channels, (1, 1), scale=b.scale(x), zero=b.zero(x))
            joined = b.like(x, (*b.shape(x)[:3], 2 * channels))
            return b.operator("CONCATENATION", [x, y], [joined], "ConcatenationOptions", axis=3)
        case _:
            height, width = (n + 2 for n in b.shape(x)[1:3])
            padded = b.like(x, (1, height, width, channels))
            return b.operator("PAD", [x, b.const([[0, 0], [1, 1], [2, 0], [0, 0]])], [padded], "PadOptions")
