"""QKeras student to ``Firmware``: hls4ml's Vitis project, converted without loss, and its compiled csim.

hls4ml reads every type from the quantizers; the input type is the input quantizer's own, and ``BitExact`` gives each
accumulator the width that the trained weights need.
"""

from pathlib import Path

from edgeflow.errors import InputError
from edgeflow.frontends._findings import merged
from edgeflow.frontends._firmware import Firmware
from edgeflow.frontends._nodes import check_weights, read
from edgeflow.frontends._quiet import quiet
from edgeflow.frontends.hls4ml_graph import Finding, Verdict, check
from edgeflow.recipe import Student
from edgeflow.recipe_layout import Shape
from edgeflow.training import TrainedModel
from edgeflow.training._build import student_model as build_student
from edgeflow.training._keras import initialize, keras, weights_of, with_weights  # before any TensorFlow and hls4ml
from edgeflow.training.qkeras import student_model

from edgeflow.frontends._keras_checks import judge, refuse_inexact  # isort: skip
from edgeflow.frontends._keras_graph import Types, model_graph  # isort: skip
from edgeflow.frontends._project import Config, build, project_config  # isort: skip
from hls4ml.model.graph import ModelGraph  # isort: skip


def through_hls4ml(trained: TrainedModel) -> bool:
    """Always: a recipe allows nothing else."""
    return True


def convert(trained: TrainedModel, project: str, clock_mhz: float, folder: Path) -> Firmware:
    """Write the HLS project to ``folder``, compile its csim, and return it. Raises MissingToolError or ToolError."""
    return convert_model(student_model(trained), project, clock_mhz, folder)


def convert_model(
    model: keras.Model, project: str, clock_mhz: float, folder: Path, types: Types | None = None
) -> Firmware:
    """The same for any QKeras model; ``types`` override what the quantizers say.

    Raises UnsupportedLayerError, naming every layer that would not convert exactly.
    """

    def make(config: Config) -> ModelGraph:
        refuse_inexact(model, typed=bool(types))
        return model_graph(model, config, types or {})

    return build(make, project, clock_mhz, folder)


def examine(model: keras.Model) -> tuple[Finding, ...]:
    """What becomes of every layer and node, without writing or compiling anything. Raises InputError."""
    with quiet():
        layers = judge(model, typed=False)
    try:
        with quiet():
            nodes = read(graph_of(model))
        found = check(nodes)
        check_weights(nodes)
    except Exception as error:  # hls4ml raises whatever it likes
        if any(layer.verdict is Verdict.REFUSED for layer in layers):
            return layers
        raise InputError(f"model {model.name}: hls4ml: {error}") from error
    return merged(layers, found)


def graph_of(model: keras.Model) -> ModelGraph:
    """hls4ml's graph with types from the quantizers; nothing is written."""
    return model_graph(model, project_config("model", 100.0, Path("nowhere")), {})


def untrained(student: Student, shape: Shape, classes: int) -> keras.Model:
    """A student as training starts with it: all types are there, and weights on their quantizers' grids."""
    model = initialize(build_student(student, shape, classes), seed=0)
    return with_weights(model, weights_of(model))
