"""QKeras student to ``Firmware``: hls4ml's Vitis project, converted without loss, and its compiled csim.

hls4ml reads every type from the quantizers; the input type is the input quantizer's own, and ``BitExact`` gives each
accumulator the width that the trained weights need.
"""

import contextlib
import io
import json
import logging
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

from edgeflow.frontends._firmware import Firmware, compile_csim
from edgeflow.frontends._nodes import check_weights, read
from edgeflow.training import TrainedModel
from edgeflow.training._keras import keras  # sets TF_USE_LEGACY_KERAS before the first import of TensorFlow
from edgeflow.training.qkeras import student_model

import hls4ml  # isort: skip
from qkeras import QActivation, quantized_relu  # isort: skip
from hls4ml.converters.keras_v2_to_hls import get_model_arch, parse_keras_model  # isort: skip
from hls4ml.model.graph import ModelGraph  # isort: skip

Types = dict[str, dict[str, str]]  # layer -> precision name ("result", "accum", ...) -> ap_fixed spelling


def convert(trained: TrainedModel, project: str, clock_mhz: float, folder: Path) -> Firmware:
    """Write the HLS project to ``folder``, compile its csim, and return it. Raises MissingToolError or ToolError."""
    return convert_model(student_model(trained), project, clock_mhz, folder)


def convert_model(
    model: keras.Model, project: str, clock_mhz: float, folder: Path, types: Types | None = None
) -> Firmware:
    """The same for any QKeras model; ``types`` override what the quantizers say."""
    folder.mkdir(parents=True, exist_ok=True)
    with _quiet(folder / "hls4ml.log"):
        graph = model_graph(model, project, clock_mhz, folder, types or {})
        graph.write()
        _forget_folder(folder)
    nodes = read(graph)
    check_weights(nodes)
    library = compile_csim(folder, project)
    firmware = Firmware(folder, project, library, nodes, {"hls4ml": version("hls4ml")})
    firmware.save()
    return firmware


def model_graph(model: keras.Model, project: str, clock_mhz: float, folder: Path, types: Types) -> ModelGraph:
    """hls4ml's graph after its optimizer passes."""
    document = _Document(model)
    hls_config = hls4ml.utils.config_from_keras_model(document, granularity="name", backend="Vitis")
    hls_config["Model"] |= {"Strategy": "Latency", "ReuseFactor": 1, "BitExact": not types}
    layers = hls_config["LayerName"]
    for layer in model.layers:
        if isinstance(layer, QActivation):
            layers[layer.name]["Precision"]["result"] = _relu_type(layer.quantizer)
    features, quantizer = (layer.name for layer in model.layers[:2])
    layers[features]["Precision"]["result"] = layers[quantizer]["Precision"]["result"]
    for name, precisions in types.items():
        layers[name]["Precision"] |= precisions
    config = hls4ml.utils.config.create_config(
        str(folder),
        project,
        "Vitis",
        clock_period=1000 / clock_mhz,
        write_weights_txt=False,  # weights inside the library: it stays valid when its folder moves
    )
    config |= {"HLSConfig": hls_config, "KerasModel": model}
    layer_list, inputs, outputs, _ = parse_keras_model(*get_model_arch(config))
    layer_list[0]["trusted"] = True  # keep the input type above: BitExact takes an untrusted one for 253 bits
    return ModelGraph.from_layer_list(config, layer_list, inputs, outputs)


def _relu_type(quantizer: quantized_relu) -> str:
    """Said in full: for whole numbers (bits = integer) hls4ml alone would choose an integer type that wraps."""
    return f"ufixed<{quantizer.bits},{int(quantizer.integer)},RND_CONV,SAT>"


class _Document(dict[str, Any]):
    """The model as the dict that makes hls4ml take its Keras 2 path, though Keras 3 is installed beside it."""

    def __init__(self, model: keras.Model):
        super().__init__(json.loads(model.to_json()))
        self.get_layer = model.get_layer


def _forget_folder(folder: Path) -> None:
    """The project may move, and where it was written is nobody's business."""
    config = folder / "hls4ml_config.yml"
    config.write_text(config.read_text().replace(str(folder), "."))


@contextlib.contextmanager
def _quiet(log: Path) -> Any:
    """Keep hls4ml's prints and warnings off the terminal, in ``log``."""
    text = io.StringIO()
    root = logging.getLogger()
    handler = logging.StreamHandler(text)
    root.addHandler(handler)
    try:
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        root.removeHandler(handler)
        log.write_text(text.getvalue())
