"""What a conversion of a Keras model would silently get wrong: found in the model itself, before hls4ml sees it.

Why each rule is there: docs/semantics-notes.md.
"""

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

from edgeflow.errors import UnsupportedLayerError
from edgeflow.frontends._keras_arch import KerasLayer, document, layers_of
from edgeflow.frontends._keras_kinds import AVERAGES, KINDS, MERGES, unknown
from edgeflow.frontends._keras_quantizers import activation, input_type, normalized_signs, unquantized_curve, weights
from edgeflow.frontends.hls4ml_graph import Finding, Verdict

Problems = Iterator[str]


def refuse_inexact(model: Any, typed: bool) -> None:
    """Raise UnsupportedLayerError, naming every layer that would not convert exactly.

    ``typed``: types are said by hand, so what quantizers would say is the caller's business.
    """
    refused = [str(found) for found in judge(model, typed) if found.verdict is Verdict.REFUSED]
    if refused:
        raise UnsupportedLayerError(f"model {model.name}: does not convert exactly\n  " + "\n  ".join(refused))


def judge(model: Any, typed: bool) -> tuple[Finding, ...]:
    """What becomes of each Keras layer, as far as the model alone tells."""
    layers = layers_of(document(model))
    if found := judge_kinds(layers):
        return found
    return tuple(_judged(layer, list(_problems(model, layer, typed))) for layer in layers)


def judge_kinds(layers: list[KerasLayer]) -> tuple[Finding, ...]:
    """All layers, if some are of an unknown kind: then nothing more can be said. Needs no model."""
    if all(layer.kind in KINDS for layer in layers):
        return ()
    return tuple(_judged(layer, [] if layer.kind in KINDS else [unknown(layer.kind)]) for layer in layers)


def _judged(layer: KerasLayer, problems: list[str]) -> Finding:
    if problems:
        return Finding(layer.name, layer.kind, Verdict.REFUSED, "; ".join(problems))
    how = _NOTES.get(layer.kind, "")
    return Finding(layer.name, layer.kind, Verdict.REWRITTEN if how else Verdict.SUPPORTED, how)


def _problems(model: Any, layer: KerasLayer, typed: bool) -> Problems:
    live = next((own for own in model.layers if own.name == layer.name), None)  # none: the input of a Sequential
    for rule in _RULES:
        yield from rule(model, layer, live)
    if not typed:
        for rule in _RULES_WITHOUT_TYPES:
            yield from rule(model, layer, live)


def _calls(model: Any, layer: KerasLayer, live: Any) -> Problems:
    if layer.calls > 1:
        yield "called more than once, of which hls4ml takes the first: make a layer for each call"
    if layer.kind == "InputLayer" and (len(model.inputs), len(model.outputs)) != (1, 1):
        yield f"{len(model.inputs)} inputs and {len(model.outputs)} outputs: a network has one of each"
    if layer.kind in MERGES and len(layer.inputs) != 2:
        yield f"{len(layer.inputs)} inputs: hls4ml merges two at a time, so nest the layers"


def _window(model: Any, layer: KerasLayer, live: Any) -> Problems:
    if layer.config.get("data_format") == "channels_first":
        yield "channels first: build the model with channels last"
    if layer.config.get("groups", 1) != 1:
        yield f"groups = {layer.config['groups']}: hls4ml convolves all channels; use one group"
    if "Depthwise" in layer.kind and layer.config.get("depth_multiplier", 1) != 1:
        yield "depth_multiplier is not 1: use a plain convolution"
    if layer.kind == "UpSampling2D" and layer.config.get("interpolation", "nearest") != "nearest":
        yield f"{layer.config['interpolation']} interpolation: hls4ml repeats the nearest pixel; use nearest"


def _shapes(model: Any, layer: KerasLayer, live: Any) -> Problems:
    if layer.kind in ("Dense", "QDense") and len(live.input_shape) > 2:
        yield "its input is no vector, and hls4ml forgets its quantizers there: use QConv1D or QConv2D of kernel 1"
    if layer.kind == "Permute" and any(after.kind == "Flatten" for after in layer.followers):
        yield "right before a Flatten hls4ml drops it: use Reshape there, or store the weights in the other order"


def _average(model: Any, layer: KerasLayer, live: Any) -> Problems:
    if layer.kind not in AVERAGES:
        return
    window = live.input_shape[1:-1] if layer.kind.startswith("Global") else live.pool_size
    cells = prod(window) if isinstance(window, (tuple, list)) else int(window)
    if cells & (cells - 1):
        yield f"the average of {cells} cells has no finite binary form: pool over 2, 4, 8, 16, ... cells"


_NOTES = {
    "Dropout": "left out: it does nothing at inference",
    "BatchNormalization": "one wide product a channel, of its float scale; QConv2DBatchnorm folds it into few bits",
}

Rule = Callable[[Any, KerasLayer, Any], Problems]
_RULES: tuple[Rule, ...] = (_calls, _window, _shapes, activation, normalized_signs)
_RULES_WITHOUT_TYPES: tuple[Rule, ...] = (input_type, weights, unquantized_curve, _average)
