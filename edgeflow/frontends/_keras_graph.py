"""A Keras 2 model, QKeras layers among them, to hls4ml's graph, with every type from the quantizers.

The input type is the input quantizer's own, and ``BitExact`` gives each accumulator the width that the weights need.
Imports no Keras: a model made before, by whatever set it up, is as welcome as ours.
"""

from typing import Any

import hls4ml
import numpy as np
from hls4ml.converters.keras_v2_to_hls import KerasModelReader, parse_keras_model
from hls4ml.model.graph import ModelGraph
from hls4ml.model.quantizers import BinaryQuantizer, QKerasBinaryQuantizer, QKerasQuantizer
from hls4ml.model.types import IntegerPrecisionType
from numpy.typing import NDArray

from edgeflow.frontends import _bit_exact
from edgeflow.frontends._keras_arch import document, layers_of, stuffed, without_dilation
from edgeflow.frontends._keras_quantizers import quantizer_of, quantizer_type

Types = dict[str, dict[str, str]]  # layer -> precision name ("result", "accum", ...) -> ap_fixed spelling
Config = dict[str, Any]  # what hls4ml's create_config makes


def model_graph(model: Any, config: Config, types: Types) -> ModelGraph:
    """hls4ml's graph after its optimizer passes. ``types`` override what the quantizers say."""
    _bit_exact.complete()
    config = config | {"HLSConfig": hls_config(model, types), "KerasModel": model}
    arch, rates = without_dilation(document(model))
    layers, inputs, outputs, _ = parse_keras_model(arch, _Reader(model, rates))
    for layer in layers:
        _settle(layer, typed=bool(types))
    layers[0]["trusted"] = True  # keep the input type: BitExact takes an untrusted one for 253 bits
    return ModelGraph.from_layer_list(config, layers, inputs, outputs)


def hls_config(model: Any, types: Types) -> Config:
    """hls4ml's configuration by layer name; Latency strategy, for folding is ours."""
    config: Config = hls4ml.utils.config_from_keras_model(_Document(model), granularity="name", backend="Vitis")
    config["Model"] |= {"Strategy": "Latency", "ReuseFactor": 1, "BitExact": not types}
    layers = config["LayerName"]
    for layer in model.layers:
        quantizer = quantizer_of(type(layer).__name__, layer)
        if said := quantizer_type(quantizer):
            own = type(layer).__name__ == "QActivation"
            layers[layer.name if own else f"{layer.name}_{type(quantizer).__name__}"]["Precision"]["result"] = said
    first = layers_of(document(model))[:2]
    if first[-1].kind == "QActivation":
        layers[first[0].name]["Precision"]["result"] = layers[first[-1].name]["Precision"]["result"]
    for name, precisions in types.items():
        layers.setdefault(name, {}).setdefault("Precision", {}).update(precisions)
    return config


class _Document(dict[str, Any]):
    """The model as the dict that makes hls4ml take its Keras 2 path, though Keras 3 is installed beside it."""

    def __init__(self, model: Any):
        super().__init__(without_dilation(document(model))[0])
        self.get_layer = model.get_layer


class _Reader(KerasModelReader):
    """Weights, with zeros between those of a dilated convolution."""

    def __init__(self, model: Any, rates: dict[str, tuple[int, ...]]):
        super().__init__(model)
        self._rates = rates

    def get_weights_data(self, layer_name: str, var_name: str) -> NDArray[np.float32] | None:
        data: NDArray[np.float32] | None = super().get_weights_data(layer_name, var_name)
        if data is None or layer_name not in self._rates or "kernel" not in var_name or var_name.startswith("point"):
            return data
        return stuffed(data, self._rates[layer_name])


def _settle(layer: Config, typed: bool) -> None:
    """Let hls4ml quantize this layer's weights twice, and take binary ones for -1 and +1 of two bits if it chooses.

    QKeras computes ``w + (q - w)`` for its gradient, an ulp off the grid for some w, which hls4ml would truncate to the
    next lower value; the second pass lands on the grid. ``BitExact`` takes a binary 0 for zero, not for -1.
    """
    for quantizer in layer.values():
        if isinstance(quantizer, QKerasBinaryQuantizer) and not typed:
            quantizer.bits, quantizer.hls_type = 2, IntegerPrecisionType(width=2)
            quantizer.binary_quantizer = BinaryQuantizer(2)
        if isinstance(quantizer, QKerasQuantizer) and quantizer.alpha in (None, 1):
            once = quantizer.quantizer_fn
            quantizer.quantizer_fn = lambda weights, once=once: once(once(weights))
