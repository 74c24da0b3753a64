"""Activations: piecewise linear ones as arithmetic, curves as tables, binary and ternary ones as thresholds."""

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Fixed, Overflow
from edgeflow.frontends._casts import changes, overflows
from edgeflow.frontends._curves import curve
from edgeflow.frontends._draft import Draft, Value, typed
from edgeflow.frontends._nodes import Cast, Node
from edgeflow.kernels.affine import Affine
from edgeflow.kernels.argmax import Argmax
from edgeflow.kernels.clip import Clip
from edgeflow.kernels.leaky_relu import LeakyRelu
from edgeflow.kernels.relu import Relu
from edgeflow.kernels.threshold import Threshold


def activation(draft: Draft, node: Node, x: Value) -> Value:
    """Activation, HardActivation, ParametrizedActivation and TernaryTanh nodes, by their function's name."""
    name = node.word("activation").lower()
    if name not in _FUNCTIONS:
        raise UnsupportedLayerError(f'activation "{name}" is none of {", ".join(_FUNCTIONS)}, softmax at the output')
    if x.binary:
        raise UnsupportedLayerError("activation of a binary input, whose 0 stands for -1; it has but two values")
    return _FUNCTIONS[name](draft, node, x)


def softmax(draft: Draft, node: Node, x: Value) -> Value:
    """The class alone: softmax keeps the order of its inputs."""
    if not draft.is_output(node.name):
        raise UnsupportedLayerError("softmax before the output has no exact lowering; train on logits without it")
    if len(x.shape) != 1:
        raise UnsupportedLayerError(f"softmax of {x.shape} would be several classes; flatten the input")
    draft.note("softmax -> argmax: the class, not probabilities")
    return draft.add(node.name, Argmax(x.format, x.features), x)


def _relu(draft: Draft, node: Node, x: Value) -> Value:
    t = node.types["result_t"]
    if x.format.lo == 0 and not changes(x.format, t):
        return typed(node, x)
    return typed(node, draft.add(node.name, Relu(x.format, t.y, t.rounding, t.overflow, x.features), x))


def _linear(draft: Draft, node: Node, x: Value) -> Value:
    return typed(node, draft.cast(node.name, x, node.types["result_t"]))


def _leaky_relu(draft: Draft, node: Node, x: Value) -> Value:
    t, param = node.types["result_t"], node.types["param_t"]
    alpha = _constant(node, "activ_param", param)
    kernel = LeakyRelu(x.format, alpha, param.y.frac, t.y, t.rounding, t.overflow, x.features)
    return typed(node, draft.add(node.name, kernel, x))


def _hard_sigmoid(draft: Draft, node: Node, x: Value) -> Value:
    return _hard(draft, node, x, lowest=0)


def _hard_tanh(draft: Draft, node: Node, x: Value) -> Value:
    return _hard(draft, node, x, lowest=-1)


def _hard(draft: Draft, node: Node, x: Value, lowest: int) -> Value:
    """``t = slope * x + shift`` limited to 0..1; for tanh ``2t - 1``, so limited to -1..1."""
    slope_t, shift_t = node.types["slope_t"].y, node.types["shift_t"].y
    slope, shift = _constant(node, "slope", node.types["slope_t"]), _constant(node, "shift", node.types["shift_t"])
    finer = max(0, shift_t.frac - x.format.frac - slope_t.frac)
    slope, frac = slope << finer, slope_t.frac + finer
    y_frac = x.format.frac + frac
    if y_frac < 0:
        raise UnsupportedLayerError(f"its input {x.format} steps over 1; use a finer type")
    shift <<= y_frac - shift_t.frac
    if lowest < 0:
        slope, shift = 2 * slope, 2 * shift - (1 << y_frac)
    line = draft.add(f"{node.name}_line", Affine(x.format, slope, frac, shift, x.features), x)
    limited = draft.add(node.name, Clip(line.format, lowest << y_frac, 1 << y_frac, x.features), line)
    return draft.result(node, limited)


def _binary_tanh(draft: Draft, node: Node, x: Value) -> Value:
    """One bit where the type is binary; else two equal steps from -1 to +1."""
    one_bit = "result_t" in node.binary
    steps = np.zeros((1, 1 if one_bit else 2), np.int64)
    signs = draft.add(node.name, Threshold(x.format, steps, 0 if one_bit else -1, x.features), x)
    return draft.result(node, signs)


def _ternary_tanh(draft: Draft, node: Node, x: Value) -> Value:
    """+1 above 1/2, -1 to -1/2, between them 0. hls4ml doubles x in x's own type first."""
    doubled = Fixed(x.format.width, x.format.frac - 1, x.format.signed)
    if overflows(doubled, x.type) and not _saturates_beyond_one(x.type):
        raise UnsupportedLayerError(
            f"twice its input {x.format} leaves {x.type.y}, in which hls4ml computes it; widen it"
        )
    # 2x > 1 is x >= (half a unit) + 1 step; 2x > -1 likewise.
    unit = x.format.frac
    half = (1 << unit) // 2 if unit >= 0 else 0
    steps = np.array([[-half + (unit > 0), half + 1 if unit > 0 else 1]])
    return draft.result(node, draft.add(node.name, Threshold(x.format, steps, -1, x.features), x))


def _saturates_beyond_one(t: Cast) -> bool:
    """Whether what overflows stays on its side of -1 and +1."""
    ends = t.y.real(np.array([t.y.symmetric_lo, t.y.hi]))
    return t.overflow is not Overflow.WRAP and bool(ends[0] <= -1 and ends[1] > 1)


def _curve(draft: Draft, node: Node, x: Value) -> Value:
    draft.note("a table: the values of hls4ml's csim, which may differ from the curve in their last bit")
    return typed(node, draft.add(node.name, curve(node, x), x))


def _constant(node: Node, key: str, t: Cast) -> int:
    """An attribute as hls4ml writes it into the code: a real number, cast."""
    return int(t.of_reals(np.array(node.attributes[key], np.float64)))


_FUNCTIONS = {
    "relu": _relu,
    "linear": _linear,
    "leakyrelu": _leaky_relu,
    "leaky_relu": _leaky_relu,
    "hard_sigmoid": _hard_sigmoid,
    "hard_tanh": _hard_tanh,
    "binary_tanh": _binary_tanh,
    "ternary_tanh": _ternary_tanh,
    "sigmoid": _curve,
    "tanh": _curve,
}
