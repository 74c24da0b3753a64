"""A student's QONNX file to hls4ml's graph, with every type from its ``Quant`` nodes.

Cleaning renames every node by kind and number, so the layers get their names of the layout afterwards, in order. hls4ml
puts the layer's kind before some names; ``read_named`` takes it away again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import log2
from typing import Any

import hls4ml
import onnx
from hls4ml.converters import parse_onnx_model
from hls4ml.model.graph import ModelGraph
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.channels_last import ConvertToChannelsLastAndClean
from qonnx.transformation.gemm_to_matmul import GemmToMatMul
from qonnx.util.cleanup import cleanup_model

from edgeflow.frontends._nodes import Node, read
from edgeflow.frontends._project import Config
from edgeflow.recipe_layout import Placed

INPUT, INPUT_QUANTIZER = "features", "input_quantizer"
DEFAULT = "fixed<32,16>"  # of what no quantizer and no sum decides: nothing, in a student's graph
KINDS = {"Conv": "weights", "MatMul": "weights", "Relu": "relu", "MaxPool": "pool", "Add": "add"}
ADDED = re.compile(r"(?:Dense|Conv2D|DepthwiseConv2D)_(.+)|(input_quantizer)_act")


def model_graph(content: bytes, layout: Sequence[Placed] | None, config: Config) -> ModelGraph:
    """hls4ml's graph after its optimizer passes; images channels last, as the layout has them. Without a layout the
    nodes keep the names that cleaning gives them."""
    model = _named(_cleaned(content), layout)
    hls = hls4ml.utils.config_from_onnx_model(model, "name", backend="Vitis", default_precision=DEFAULT)
    hls["Model"] |= {"Strategy": "Latency", "ReuseFactor": 1}
    hls["LayerName"][INPUT]["Precision"]["result"] = _input_type(model)
    return ModelGraph.from_layer_list(config | {"HLSConfig": hls}, *parse_onnx_model(model.model))


def read_named(graph: ModelGraph) -> tuple[Node, ...]:
    """The graph's nodes under their names of the layout."""
    nodes = read(graph)
    names = {
        node.name: "".join(filter(None, found.groups())) for node in nodes if (found := ADDED.fullmatch(node.name))
    }

    def own(taken: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(name, name) for name in taken)

    return tuple(
        replace(node, name=names.get(node.name, node.name), inputs=own(node.inputs), outputs=own(node.outputs))
        for node in nodes
    )


def _cleaned(content: bytes) -> ModelWrapper:
    model = cleanup_model(ModelWrapper(onnx.load_from_string(content)))
    if len(model.get_tensor_shape(model.graph.input[0].name)) == 4:
        model = model.transform(ConvertToChannelsLastAndClean(make_input_channels_last=True))
    return cleanup_model(model.transform(GemmToMatMul()))


def _named(model: ModelWrapper, layout: Sequence[Placed] | None) -> ModelWrapper:
    model.rename_tensor(model.graph.input[0].name, INPUT)
    model.find_consumer(INPUT).name = INPUT_QUANTIZER
    if layout is None:
        return model
    names = list(_names(layout))
    for kind in set(KINDS.values()):
        nodes = [node for node in model.graph.node if KINDS.get(node.op_type) == kind and not _adds_bias(model, node)]
        for node, name in zip(nodes, [name for of, name in names if of == kind], strict=True):
            node.name = name
    return model


def _names(layout: Sequence[Placed]) -> Iterator[tuple[str, str]]:
    """(kind, name) of the nodes that the layers become, in the graph's order."""
    for placed in layout:
        yield from _names(placed.branch)
        kind = "add" if placed.branch else "pool" if placed.name.startswith("pool") else "weights"
        yield kind, placed.name
        if placed.activation and placed.activation.startswith("relu"):
            yield "relu", placed.activation


def _adds_bias(model: ModelWrapper, node: Any) -> bool:
    return node.op_type == "Add" and len({len(model.get_tensor_shape(name)) for name in node.input}) > 1


def _input_type(model: ModelWrapper) -> str:
    """What the input quantizer casts to."""
    node = model.find_consumer(INPUT)
    scale, _, bits = (float(model.get_initializer(name)) for name in node.input[1:4])
    (signed,) = (attribute.i for attribute in node.attribute if attribute.name == "signed")
    return f"{'' if signed else 'u'}fixed<{int(bits)},{int(bits + log2(scale))},RND_CONV,SAT>"
