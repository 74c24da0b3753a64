"""A TFLite graph as plain values: its operators with their options, and the tensors between them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edgeflow.errors import InputError
from edgeflow.frontends._tflite_file import TfliteFile, load, undamaged
from edgeflow.frontends._tflite_schema import names, schema
from edgeflow.frontends._tflite_values import Tensor, TfliteNode

PADDINGS = {0: "SAME_UPPER", 1: "VALID"}  # in the words of ONNX
WINDOWS = ("CONV_2D", "DEPTHWISE_CONV_2D")  # what pads with 0.0
Options = dict[str, Any]


@dataclass(frozen=True, eq=False)
class TfliteGraph:
    """One input, one output, operators in the order of the file, which is topological."""

    nodes: tuple[TfliteNode, ...]
    input: str  # tensors go by their numbers
    output: str
    tensors: tuple[Tensor, ...]

    @property
    def entering(self) -> Tensor:
        return self.tensors[int(self.input)]

    @property
    def batch(self) -> int:
        return self.entering.shape[0]


def read(path: Path) -> TfliteGraph:
    """Raises InputError for files that are damaged, too large, or of several inputs or outputs."""
    file = load(path)
    return undamaged(path, lambda: _graph(path, file))


def _graph(path: Path, file: TfliteFile) -> TfliteGraph:
    if len(file.inputs) != 1 or len(file.outputs) != 1:
        raise InputError(f"{path}: {len(file.inputs)} inputs and {len(file.outputs)} outputs; one of each is known")
    known = names("BuiltinOperator")
    parts = [(file.kind(o, known), *file.operands(o), o) for o in file.operators]
    options = [_options(kind, operator) for kind, _, _, operator in parts]
    padded = {
        taken[0] for (kind, taken, _, _), given in zip(parts, options, strict=True) if taken and _pads(kind, given)
    }
    tensors = tuple(replace(t, padded=True) if i in padded else t for i, t in enumerate(file.tensors))
    if len(tensors[file.inputs[0]].shape) < 2 or not tensors[file.inputs[0]].shape[0]:
        raise InputError(f"{path}: its input {tensors[file.inputs[0]].shape} has no batch axis and features")
    _check_order(path, file.inputs[0], tensors, parts)
    nodes = tuple(
        TfliteNode(
            f"{kind.split()[0].lower()}_{i}", kind, "", tuple(map(_named, taken)), tuple(map(str, made)), given,
            tuple(tensors[t] if t >= 0 else None for t in taken), tuple(tensors[t] for t in made),
        )
        for i, ((kind, taken, made, _), given) in enumerate(zip(parts, options, strict=True))
    )  # fmt: skip
    return TfliteGraph(nodes, str(file.inputs[0]), str(file.outputs[0]), tensors)


def _check_order(path: Path, entering: int, tensors: tuple[Tensor, ...], parts: Iterable[Any]) -> None:
    """Each tensor is made once, before it is taken."""
    there = {entering, *(i for i, tensor in enumerate(tensors) if tensor.values is not None)}
    for kind, taken, made, _ in parts:
        missing = [i for i in taken if i >= 0 and i not in there]
        if missing or there & set(made) or not made:
            what = f"takes tensor {missing[0]} before it is made" if missing else f"makes {made}, not one new tensor"
            raise InputError(f"{path}: damaged: {kind} {what}")
        there |= set(made)


def _named(index: int) -> str:
    return str(index) if index >= 0 else ""


def _pads(kind: str, options: Options) -> bool:
    return kind in ("PAD", "PADV2") or (kind in WINDOWS and options.get("auto_pad") != "VALID")


def _options(kind: str, operator: Any) -> Options:
    """What lowerings ask of an operator; a field that the file leaves out has the schema's own default."""
    reader = READERS.get(kind)
    if reader is None:
        return {}
    kind_of_options, fields = reader
    given, table = getattr(schema(), kind_of_options)(), operator.BuiltinOptions()
    if table is None or operator.BuiltinOptionsType() != getattr(schema().BuiltinOptions, kind_of_options):
        raise InputError(f"operator {kind} has no {kind_of_options}")
    given.Init(table.Bytes, table.Pos)
    return dict(_field(name, [getattr(given, field)() for field in fields_]) for name, fields_ in fields)


def _field(name: str, values: list[Any]) -> tuple[str, Any]:
    if name == "auto_pad":
        return name, PADDINGS.get(values[0], str(values[0]))
    if name == "activation":
        return name, names("ActivationFunctionType").get(values[0], str(values[0]))
    return name, values[0] if len(values) == 1 else [int(v) for v in values]


_PADDING, _STRIDE = ("auto_pad", ("Padding",)), ("strides", ("StrideH", "StrideW"))
_DILATION = ("dilations", ("DilationHFactor", "DilationWFactor"))
_ACTIVATION = ("activation", ("FusedActivationFunction",))
_FILTER = ("kernel_shape", ("FilterHeight", "FilterWidth"))
_POOL = ("Pool2DOptions", (_PADDING, _STRIDE, _FILTER, _ACTIVATION))
Reader = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]
READERS: dict[str, Reader] = {
    "CONV_2D": ("Conv2DOptions", (_PADDING, _STRIDE, _DILATION, _ACTIVATION)),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", (_PADDING, _STRIDE, _DILATION, _ACTIVATION)),
    "FULLY_CONNECTED": ("FullyConnectedOptions", (_ACTIVATION, ("format", ("WeightsFormat",)))),
    "MAX_POOL_2D": _POOL,
    "AVERAGE_POOL_2D": _POOL,
    "ADD": ("AddOptions", (_ACTIVATION,)),
    "SUB": ("SubOptions", (_ACTIVATION,)),
    "MUL": ("MulOptions", (_ACTIVATION,)),
    "CONCATENATION": ("ConcatenationOptions", (_ACTIVATION, ("axis", ("Axis",)))),
    "LEAKY_RELU": ("LeakyReluOptions", (("alpha", ("Alpha",)),)),
    "RESIZE_NEAREST_NEIGHBOR": (
        "ResizeNearestNeighborOptions",
        (("corners", ("AlignCorners",)), ("centers", ("HalfPixelCenters",))),
    ),
}
