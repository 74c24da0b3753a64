"""What the command line says of bits, scales and files, as values."""

from collections.abc import Sequence
from pathlib import Path

from edgeflow.errors import InputError
from edgeflow.quantize._calibrate import Bits
from edgeflow.quantize._ranges import Choice, Method

SCALES = ("float", "power_of_two")


def bits(weights: int, activations: int, input_: int, layers: Sequence[str]) -> Bits:
    """``layers``: NAME=W,A each. Raises InputError."""
    return Bits(weights, activations, input_, dict(_of_layer(text) for text in layers))


def choice(method: str, percentile: float, scale: str) -> Choice:
    """Raises InputError for a word that is none."""
    if method not in [*Method]:
        raise InputError(f"--method: {method!r} is none of {', '.join(Method)}")
    if scale not in SCALES:
        raise InputError(f"--scale: {scale!r} is none of {', '.join(SCALES)}")
    return Choice(Method(method), percentile, scale == "power_of_two")


def out(model: Path, given: Path | None) -> Path:
    """The file to write. Raises InputError for a name that ``edgeflow import`` would not take."""
    path = given or model.with_name(f"{model.stem}_quantized.onnx")
    if path.suffix.lower() != ".onnx":
        raise InputError(f"--out: {path} must end in .onnx; the report comes beside it as .json")
    return path


def _of_layer(text: str) -> tuple[str, tuple[int, int]]:
    name, _, numbers = text.rpartition("=")  # a layer's name may hold =
    try:
        weights, activations = map(int, numbers.split(","))
    except ValueError:
        raise InputError(f"--bits: {text!r} is not NAME=W,A, such as conv1=8,8") from None
    return name, (weights, activations)
