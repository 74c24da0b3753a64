"""Keras models to compiled csims, with every type said by hand where hls4ml would choose another: lowering alone is
tested here, not what a conversion chooses.
"""

import json
from pathlib import Path

import numpy as np

from edgeflow.frontends._casts import input_cast
from edgeflow.frontends._firmware import Firmware, compile_csim
from edgeflow.frontends._nodes import Node, read

Types = dict[str, dict[str, str]]  # layer -> precision name -> ap_fixed spelling


def graph_of(model, folder: Path, types: Types, io_type: str = "io_parallel", bit_exact: bool = False):
    """hls4ml's graph after its passes, types of ``types`` in force."""
    from edgeflow.training import _keras  # noqa: F401, I001  # sets TF_USE_LEGACY_KERAS first
    import hls4ml
    from hls4ml.converters.keras_v2_to_hls import get_model_arch, parse_keras_model
    from hls4ml.model.graph import ModelGraph

    document = type("Document", (dict,), {"get_layer": model.get_layer})(json.loads(model.to_json()))
    settings = hls4ml.utils.config_from_keras_model(document, granularity="name", backend="Vitis")
    settings["Model"] |= {"Strategy": "Latency", "ReuseFactor": 1, "BitExact": bit_exact}
    for name, precisions in types.items():
        settings["LayerName"][name]["Precision"] |= precisions
    config = hls4ml.utils.config.create_config(
        str(folder), "net", "Vitis", clock_period=10, write_weights_txt=False, io_type=io_type
    )
    config |= {"HLSConfig": settings, "KerasModel": model}
    layers, inputs, outputs, _ = parse_keras_model(*get_model_arch(config))
    layers[0]["trusted"] = True
    return ModelGraph.from_layer_list(config, layers, inputs, outputs)


def nodes_of(model, folder: Path, types: Types, **how) -> tuple[Node, ...]:
    return read(graph_of(model, folder, types, **how))


def project(model, folder: Path, types: Types, **how) -> Firmware:
    """Written, compiled and ready to predict."""
    folder.mkdir(parents=True, exist_ok=True)
    graph = graph_of(model, folder, types, **how)
    graph.write()
    return Firmware(folder, "net", compile_csim(folder, "net"), read(graph), {})


def frames(firmware: Firmware, count: int, seed: int) -> np.ndarray:
    """Real inputs on the input type's grid: random ones, then all lowest, all highest, zero, and one step around it."""
    y, features = input_cast(firmware.nodes).y, firmware.in_features
    random = np.random.default_rng(seed).integers(y.lo, y.hi, (count, features), endpoint=True)
    corners = np.array([[y.lo], [y.hi], [0], [max(y.lo, -1)], [1]]).repeat(features, axis=1)
    alternating = np.where(np.arange(features) % 2, y.lo, y.hi)[None]
    return y.real(np.concatenate([random, corners, alternating, -1 - alternating + y.lo + y.hi + 1]))
