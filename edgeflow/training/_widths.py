"""The bit widths of a student's spec, read and changed by layer."""

from collections.abc import Mapping, Sequence
from typing import Any

from edgeflow.recipe import Student
from edgeflow.recipe_layers import Activated, Weighted
from edgeflow.recipe_layout import Placed

Widths = Mapping[str, Mapping[str, int]]  # weight_bits, bias_bits, activation_bits, by layer


def widths_of(layout: Sequence[Placed]) -> dict[str, dict[str, int]]:
    """Every width of every layer, branches included; one-bit activations are no number to change."""
    found: dict[str, dict[str, int]] = {}
    for placed in layout:
        layer, keys = placed.layer, list[str]()
        keys += ["weight_bits", "bias_bits"] if isinstance(layer, Weighted) else []
        keys += ["activation_bits"] if isinstance(layer, Activated) and layer.activation != "bipolar" else []
        found |= {placed.name: {key: getattr(layer, key) for key in keys}} if keys else {}
        found |= widths_of(placed.branch)
    return found


def with_widths(spec: Student, layout: Sequence[Placed], wanted: Widths) -> Student:
    """The spec with these widths instead of its own."""
    *hidden, output = layout
    return spec.model_copy(update={"hidden": _changed(hidden, wanted), "output": _layer(output, wanted)})


def _changed(layout: Sequence[Placed], wanted: Widths) -> list[Any]:
    return [_layer(placed, wanted) for placed in layout]


def _layer(placed: Placed, wanted: Widths) -> Any:
    update: dict[str, Any] = dict(wanted.get(placed.name, {}))
    if "activation_bits" in update:
        layer = placed.layer
        assert isinstance(layer, Activated)
        most = update["activation_bits"] - (layer.activation == "hard_tanh")  # its sign
        update["activation_integer_bits"] = min(layer.activation_integer_bits, most)
    if placed.branch:
        update["residual"] = _changed(placed.branch, wanted)
    return placed.layer.model_copy(update=update)
