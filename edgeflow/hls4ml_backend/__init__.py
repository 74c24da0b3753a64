"""edgeflow as a backend of hls4ml: ``convert_from_keras_model(model, backend="EdgeFlow")``.

hls4ml finds it by its entry point whenever it is imported itself, so nothing heavy is imported here.
"""

from collections.abc import Callable
from typing import Any

NAME = "EdgeFlow"


def register(register_backend: Callable[[str, Any], None], register_writer: Callable[[str, Any], None]) -> None:
    """Called by hls4ml while it is being imported. A backend asks for its writer at once, so that comes first."""
    from hls4ml.writer.vitis_writer import VitisWriter

    from edgeflow.hls4ml_backend.backend import EdgeFlowBackend

    register_writer(NAME, VitisWriter)
    register_backend(NAME, EdgeFlowBackend)
