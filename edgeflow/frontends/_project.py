"""An HLS project on disk: written by hls4ml, its csim compiled, its graph read, as ``Firmware``.

Weights are inside the csim's library, so it stays valid when the folder moves.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import hls4ml
from hls4ml.model.graph import ModelGraph

from edgeflow.frontends._firmware import Firmware, compile_csim
from edgeflow.frontends._nodes import Node, check_weights, read
from edgeflow.frontends._quiet import quiet

Config = dict[str, Any]  # what hls4ml's create_config makes
Read = Callable[[ModelGraph], tuple[Node, ...]]


def project_config(project: str, clock_mhz: float, folder: Path) -> Config:
    clock = {"clock_period": 1000 / clock_mhz, "write_weights_txt": False}
    config: Config = hls4ml.utils.config.create_config(str(folder), project, "Vitis", **clock)
    return config


def build(
    make: Callable[[Config], ModelGraph], project: str, clock_mhz: float, folder: Path, nodes_of: Read = read
) -> Firmware:
    """Write the project of the graph that ``make`` makes for a configuration, and compile its csim.

    Raises what ``make`` raises, InputError, MissingToolError or ToolError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with quiet() as said:
        graph = make(project_config(project, clock_mhz, folder))
        _trace_all(graph)
        with _no_new_keras():
            graph.write()
    (folder / "hls4ml.log").write_text(said.getvalue())
    _forget_folder(folder)
    nodes = nodes_of(graph)
    check_weights(nodes)
    library = compile_csim(folder, project)
    firmware = Firmware(folder, project, library, nodes, {"hls4ml": version("hls4ml")})
    firmware.save()
    return firmware


def _trace_all(graph: ModelGraph) -> None:
    """Let csim keep every node's values when it is asked to (``Firmware.trace``); else it costs a branch a node, and
    synthesis does not see it."""
    graph.config.trace_output = True
    for layer in graph.get_layers():
        layer.set_attr("trace", True)


@contextmanager
def _no_new_keras() -> Iterator[None]:
    """hls4ml's writer imports Keras to spell Keras models. Where none is loaded there is none to spell, and the import
    would take seconds and tie TensorFlow to Keras 3, with which QKeras does not train."""
    if "keras" in sys.modules:
        yield
        return
    sys.modules["keras"] = None  # type: ignore[assignment]  # Python's own word for: cannot be imported
    try:
        yield
    finally:
        del sys.modules["keras"]


def _forget_folder(folder: Path) -> None:
    """The project may move, and where it was written is nobody's business."""
    config = folder / "hls4ml_config.yml"
    config.write_text(config.read_text().replace(str(folder), "."))
