"""A Brevitas model as a QONNX file: self-contained, float32, one sample a batch, every node named after its layer.

A layer's own node has the layer's name of the layout: ``conv_0``, ``relu_0``, ``add_0``; those around it add
what they are: ``conv_0_weight``, ``relu_0_quant``, ``add_0_input``. A tensor is named after the node that makes it,
or after the one that takes it and its role there.
"""

import io
import warnings
from math import prod

import numpy as np
import onnx
from brevitas.export import export_qonnx
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.fold_constants import FoldConstants
from qonnx.transformation.general import GiveUniqueParameterTensors, RemoveStaticGraphInputs, RemoveUnusedTensors
from qonnx.transformation.infer_shapes import InferShapes
from qonnx.transformation.quant_constant_folding import FoldTransposeIntoQuantInit

from edgeflow.training._quiet import quiet_stderr
from edgeflow.training._torch import LAYER, Network, shaped

PARTS = {"weight_quant": "weight", "bias_quant": "bias", "input_quant": "input"}
QUANTIZERS = ("Quant", "BipolarQuant")
ROLES = {
    "Quant": ("x", "scale", "zero_point", "bits"),
    "BipolarQuant": ("x", "scale"),
    "BatchNormalization": ("x", "scale", "bias", "mean", "variance"),
}


def export(model: Network) -> bytes:
    """The file's bytes, the same for equal models. Input ``features``: (1, channels, height, width), of a series
    (1, channels, length), or (1, features)."""
    sample = shaped(np.zeros((1, prod(model.shape)), np.float32), model.shape)
    file = io.BytesIO()
    model.eval()
    with quiet_stderr(), warnings.catch_warnings():  # the optimizer of constants fears old files; qonnx folds them too
        warnings.simplefilter("ignore")  # the exporter that names nodes after modules is the older one
        export_qonnx(model, args=sample, export_path=file, dynamo=False, keep_initializers_as_inputs=False)
    graph = ModelWrapper(onnx.load_from_string(file.getvalue()))
    for step in (
        InferShapes(),
        GiveUniqueParameterTensors(),
        FoldConstants(exclude_op_types=list(QUANTIZERS)),
        FoldTransposeIntoQuantInit(),
        RemoveUnusedTensors(),
        RemoveStaticGraphInputs(),
    ):
        graph = graph.transform(step)
    _fold_pads(graph)
    _name(graph)
    content: bytes = graph.model.SerializeToString(deterministic=True)
    return content


def _fold_pads(graph: ModelWrapper) -> None:
    """Zeros around an image or a series are the convolution's own, uneven ones too."""
    for pad in graph.get_nodes_by_op_type("Pad"):
        (conv,) = graph.find_consumers(pad.output[0])
        around = graph.get_initializer(pad.input[1]).tolist()  # before and after, each batch, channel, height, width
        axes = len(around) // 2
        (pads,) = (attribute for attribute in conv.attribute if attribute.name == "pads")
        pads.ints[:] = [*around[2:axes], *around[axes + 2 :]]
        conv.input[0] = pad.input[0]
        graph.graph.node.remove(pad)
    graph.cleanup()


def _name(graph: ModelWrapper) -> None:
    """Rename nodes, then tensors; nothing of the machine that wrote the file stays in it."""
    taken: set[str] = set()
    for node in graph.graph.node:
        node.name = _node_name(node, taken)
        node.doc_string = ""
        taken.add(node.name)
    graph.graph.name = "student"
    graph.rename_tensor(graph.graph.input[0].name, "features")
    for node in graph.graph.node:
        for i, tensor in enumerate(node.input):
            if graph.get_initializer(tensor) is not None:
                graph.rename_tensor(tensor, f"{node.name}_{_role(node, i)}")
        graph.rename_tensor(node.output[0], f"{node.name}_y")
    graph.rename_tensor(graph.graph.output[0].name, "logits")


def _node_name(node: onnx.NodeProto, taken: set[str]) -> str:
    scope = [part for part in node.name.split("/") if not part.startswith("export_handler")]
    layer = [part for part in scope if LAYER.fullmatch(part)][-1]
    parts = [PARTS[part] for part in scope if part in PARTS]
    name = "_".join([layer, *parts])
    if (name in taken and not parts) or node.op_type == "Transpose":
        name = f"{name}_{'quant' if node.op_type in QUANTIZERS else node.op_type.lower()}"
    return name if name not in taken else f"{name}_other"


def _role(node: onnx.NodeProto, i: int) -> str:
    return ROLES.get(node.op_type, ("x", "weight", "bias"))[i]
