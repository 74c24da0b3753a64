"""Brevitas student to ``Firmware``: its QONNX file through hls4ml, converted without loss, and the compiled csim.

hls4ml holds one power-of-two scale a tensor exactly. What needs more is refused here, by layer: float scales, scales
per channel, batch norms, one bit, averages; and windows over a series, of which qonnx finds no channels-last form.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import load_model_from_string

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.frontends import _onnx_executor, qonnx
from edgeflow.frontends._firmware import Firmware
from edgeflow.frontends._lowered import Lowered
from edgeflow.frontends._nodes import check_weights
from edgeflow.frontends._onnx_graph import OnnxGraph, read
from edgeflow.frontends._quiet import quiet
from edgeflow.frontends.hls4ml_graph import Finding, Verdict, check
from edgeflow.recipe import Student
from edgeflow.recipe_layers import Weighted
from edgeflow.recipe_layout import Placed, Shape
from edgeflow.training import TrainedModel
from edgeflow.training.brevitas import untrained as untrained_model  # before qonnx: it says which package is missing

from edgeflow.frontends._project import Config, build, project_config  # isort: skip
from edgeflow.frontends._qonnx_graph import model_graph, read_named  # isort: skip
from hls4ml.model.graph import ModelGraph  # isort: skip


EXECUTOR = qonnx.EXECUTOR


@dataclass(frozen=True, eq=False)
class Exported:
    """A student as the file it is exported to, and what it is."""

    qonnx: bytes
    spec: Student
    layout: tuple[Placed, ...]


def through_hls4ml(trained: TrainedModel) -> bool:
    """Whether hls4ml holds the student exactly; else its QONNX file is lowered directly, and there is no csim."""
    return not list(_refused_of(trained.spec, trained.layout))


def lower(trained: TrainedModel, name: str) -> Lowered:
    """The student's network, directly from its QONNX file; it takes samples as data sets have them."""
    found = qonnx.lower_graph(_graph(trained.qonnx), name)
    return replace(found, entry=found.entry.channels_last())


def execute(trained: TrainedModel, x: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Every tensor of the exported student, by the QONNX executor; x (samples, *shape), channels last."""
    assert trained.qonnx, "Brevitas exports every student"
    return _onnx_executor.execute(load_model_from_string(trained.qonnx), np.ascontiguousarray(np.moveaxis(x, -1, 1)))


def convert(trained: TrainedModel, project: str, clock_mhz: float, folder: Path) -> Firmware:
    """Write the HLS project to ``folder``, compile its csim, and return it. Raises MissingToolError or ToolError.

    Raises UnsupportedLayerError, naming every layer that would not convert exactly.
    """
    assert trained.qonnx, "Brevitas exports every student"
    return convert_exported(Exported(trained.qonnx, trained.spec, trained.layout), project, clock_mhz, folder)


def convert_exported(student: Exported, project: str, clock_mhz: float, folder: Path) -> Firmware:
    """The same for any exported student."""
    if refused := list(_refused(student)):
        raise UnsupportedLayerError("hls4ml has no exact form for\n  " + "\n  ".join(map(str, refused)))

    def make(config: Config) -> ModelGraph:
        return model_graph(student.qonnx, student.layout, config)

    return build(make, project, clock_mhz, folder, read_named)


def untrained(student: Student, shape: Shape, classes: int) -> Exported:
    """A student as training starts with it."""
    return Exported(untrained_model(student, shape, classes), student, student.layout(shape, classes))


def examine(student: Exported) -> tuple[Finding, ...]:
    """What becomes of every layer, without writing or compiling anything. Raises InputError."""
    if any(_refused(student)):
        return qonnx.findings(_graph(student.qonnx))
    try:
        with quiet():
            graph = model_graph(student.qonnx, student.layout, project_config("model", 100.0, Path("nowhere")))
            nodes = read_named(graph)
        check_weights(nodes)
    except Exception as error:  # hls4ml raises whatever it likes
        raise InputError(f"student: hls4ml: {error}") from error
    return check(nodes)


def _graph(exported: bytes | None) -> OnnxGraph:
    assert exported, "Brevitas exports every student"
    return read(load_model_from_string(exported))


def _refused(student: Exported) -> Iterator[Finding]:
    return _refused_of(student.spec, student.layout)


def _refused_of(spec: Student, layout: Sequence[Placed]) -> Iterator[Finding]:
    everywhere = ["float scales"] if spec.scale == "float" else ["a scale per channel"] if spec.per_channel else []
    for placed in _all(layout):
        reasons = [*everywhere, *_reasons(placed)] if isinstance(placed.layer, Weighted) else _reasons(placed)
        if reasons:
            kind = type(placed.layer).__name__
            yield Finding(placed.name, kind, Verdict.REFUSED, f"hls4ml does not hold {', '.join(reasons)} exactly")


def _reasons(placed: Placed) -> list[str]:
    layer = placed.layer
    average = "average" in (getattr(layer, "pool", None), getattr(layer, "global_pool", None))
    one_bit = 1 in (getattr(layer, "weight_bits", None), getattr(layer, "activation_bits", None))
    told = {"an average": average, "one bit": one_bit, "a batch norm": placed.norm is not None}
    told["a series"] = len(placed.x) == 2  # qonnx's ConvertToChannelsLast does not end on some
    return [what for what, there in told.items() if there]


def _all(layout: Sequence[Placed]) -> Iterator[Placed]:
    for placed in layout:
        yield from _all(placed.branch)
        yield placed
