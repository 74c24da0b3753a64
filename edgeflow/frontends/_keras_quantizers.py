"""Rules about quantizers: what hls4ml would read from them is what QKeras computes, or the layer is refused.

Why each rule is there: docs/semantics-notes.md.
"""

from collections.abc import Iterator
from typing import Any

from edgeflow.frontends._keras_arch import KerasLayer
from edgeflow.frontends._keras_kinds import ACTIVATIONS, FLOAT, QUANTIZERS, WEIGHTED

Problems = Iterator[str]

SHORT = 256  # of a leaky ReLU's slope


def quantizer_type(quantizer: Any) -> str | None:
    """The ap_fixed type that a ``quantized_relu`` or ``quantized_bits`` casts to; None for others.

    Said in full: for whole numbers (bits = integer) hls4ml alone would choose an integer type that wraps.
    """
    match type(quantizer).__name__:
        case "quantized_relu" if not quantizer.negative_slope:
            return f"ufixed<{quantizer.bits},{int(quantizer.integer)},RND_CONV,SAT>"
        case "quantized_bits":
            sign = int(quantizer.keep_negative)
            limit = "SAT_SYM" if quantizer.symmetric and sign else "SAT"
            return f"{'' if sign else 'u'}fixed<{quantizer.bits},{int(quantizer.integer) + sign},RND_CONV,{limit}>"
        case _:
            return None


def quantizer_of(kind: str, live: Any) -> Any:
    """The quantizer that a QActivation applies, or a layer's ``activation`` argument; None if there is none."""
    if kind == "QActivation":
        return live.quantizer
    said = getattr(live, "activation", None)
    return said if kind in WEIGHTED and hasattr(said, "get_config") else None


def activation(model: Any, layer: KerasLayer, live: Any) -> Problems:
    defaults = {"max_value": None, "negative_slope": 0, "threshold": 0} if layer.kind == "ReLU" else {}
    for key, value in defaults.items():
        if (said := layer.config.get(key)) not in (value, None):
            yield f"{key} = {said}, which hls4ml ignores: use a quantized_relu"
    if (quantizer := quantizer_of(layer.kind, live)) is not None:
        yield from _quantized_activation(quantizer)


def _quantized_activation(quantizer: Any) -> Problems:
    name = _spelled(quantizer)
    if name not in ACTIVATIONS:
        yield f"{name}: hls4ml has no exact form of it; use one of {', '.join(sorted(ACTIVATIONS))}"
    if getattr(quantizer, "negative_slope", 0):
        yield "negative_slope: QKeras and hls4ml round it differently; use LeakyReLU, then quantized_bits"
    if getattr(quantizer, "use_sigmoid", False):
        yield "use_sigmoid: hls4ml ignores it"
    if getattr(quantizer, "relu_upper_bound", None) is not None and not quantizer.is_quantized_clip:
        yield "relu_upper_bound without is_quantized_clip: hls4ml ignores it"
    if isinstance(getattr(quantizer, "alpha", None), str):
        yield f"alpha = {quantizer.alpha!r} is a scale that changes with the data: give alpha=1"


def normalized_signs(model: Any, layer: KerasLayer, live: Any) -> Problems:
    """hls4ml makes thresholds of a batch normalization and the sign function behind it."""
    if layer.kind != "BatchNormalization":
        return
    quantizers = [_spelled(quantizer_of(after.kind, model.get_layer(after.name))) for after in layer.followers]
    if any(name.startswith("binary") for name in quantizers):
        yield "before a binary activation hls4ml makes its threshold a step too low: use QConv2DBatchnorm or ternary"
    elif any(name.startswith("ternary") for name in quantizers) and live.scale and (live.gamma.numpy() < 0).any():
        yield "a negative gamma before a ternary activation, which hls4ml forgets: make gamma positive"


def input_type(model: Any, layer: KerasLayer, live: Any) -> Problems:
    if layer.kind != "InputLayer":
        return
    first = layer.followers[0] if len(layer.followers) == 1 else None
    if not first or first.kind != "QActivation" or not quantizer_type(model.get_layer(first.name).quantizer):
        yield (
            "nothing says the input's type: let one QActivation(quantized_bits(bits, integer, alpha=1)) "
            "or quantized_relu take it"
        )


def unquantized_curve(model: Any, layer: KerasLayer, live: Any) -> Problems:
    name = layer.config.get("activation")
    if layer.kind != "QActivation" and name in ("sigmoid", "tanh", "hard_sigmoid"):
        bits, real = "quantized_tanh" if name == "tanh" else "quantized_sigmoid", not name.startswith("hard")
        wanted = f"{bits}(bits{f', use_real_{name}=True' if real else ''})"
        yield f"{name} has no finite type: use QActivation({wanted!r})"
    if layer.kind == "LeakyReLU" and not (float(live.alpha) * SHORT).is_integer():
        yield f"alpha = {float(live.alpha):g} is no short binary fraction: use a multiple of 1/{SHORT}"


def weights(model: Any, layer: KerasLayer, live: Any) -> Problems:
    if layer.kind in FLOAT:
        yield f"float weights, which hls4ml would truncate to 16 bits: use Q{layer.kind} with quantizers, or give types"
    for role in WEIGHTED.get(layer.kind, ()):
        yield from _weight_quantizer(role, layer.config.get(f"{role}_quantizer"))
    needs_bias = layer.config.get("use_bias", True) or layer.kind == "QConv2DBatchnorm"
    if layer.kind in WEIGHTED and needs_bias and not layer.config.get("bias_quantizer"):
        yield "no bias_quantizer: hls4ml would truncate the float bias; give quantized_bits(bits, integer, alpha=1)"


def _weight_quantizer(role: str, said: Any) -> Problems:
    if not said:
        yield f"no {role}_quantizer: hls4ml would truncate float weights; give quantized_bits(bits, integer, alpha=1)"
        return
    name, alpha = said["class_name"], said["config"].get("alpha")
    if name not in QUANTIZERS:
        yield f"{role}_quantizer {name}: use one of {', '.join(sorted(QUANTIZERS))}"
    elif not _power_of_two(alpha):
        yield f"{role}_quantizer with alpha = {alpha!r}, a float scale that hls4ml casts to 16 bits: give alpha=1"
    elif name == "quantized_bits" and said["config"]["integer"] >= said["config"]["bits"]:
        yield f"{role}_quantizer in steps over 1, which hls4ml reads as 1: give fewer integer bits than bits"
    if name == "binary" and said["config"].get("use_01"):
        yield f"{role}_quantizer binary with use_01: hls4ml takes its 0 for -1"


def _power_of_two(alpha: Any) -> bool:
    return isinstance(alpha, (int, float)) and alpha > 0 and float(alpha).hex().startswith("0x1.0000000000000p")


def _spelled(quantizer: Any) -> str:
    return type(quantizer).__name__ if hasattr(quantizer, "get_config") else getattr(quantizer, "__name__", "?")
