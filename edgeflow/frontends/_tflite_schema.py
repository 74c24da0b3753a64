"""The fields of a TFLite file, from the schema that LiteRT ships; no interpreter and no TensorFlow is loaded."""

from typing import Any

from edgeflow.errors import MissingToolError


def schema() -> Any:
    """The generated classes: they look fields up where they lie and copy nothing."""
    try:
        from ai_edge_litert import schema_py_generated
    except ImportError as error:
        raise MissingToolError("ai-edge-litert: not installed; pip install 'edgeflow[tflite]'") from error
    return schema_py_generated


def names(kind: str) -> dict[int, str]:
    """The values of one of its enumerations, by number."""
    return {value: name for name, value in vars(getattr(schema(), kind)).items() if isinstance(value, int)}
