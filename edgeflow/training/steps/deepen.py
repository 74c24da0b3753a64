"""One more layer that computes the same, then trained: a residual block whose branch starts at zero.

``relu(x + 0)`` is ``x`` at any width. An identity layer, as net2net has for floats, is none here: 1.0 is no weight of
[-1, 1).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from edgeflow.errors import InputError, did_you_mean
from edgeflow.recipe import Student, Training
from edgeflow.recipe_layers import Activated, BiasBits, QuantizedConv, QuantizedDense, QuantizedResidual
from edgeflow.recipe_layout import Placed, Shape
from edgeflow.recipe_steps import StepSection
from edgeflow.training._framework import Model
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._surgery import with_layers
from edgeflow.training._trained import State


class Section(StepSection):
    after: str  # the layer that the block follows
    weight_bits: BiasBits = 4
    bias_bits: BiasBits = 6
    training: Training | None = None  # afterwards; the recipe's unless told


def resized(section: Section, student: Student, shape: Shape, classes: int) -> Student:
    layout = student.layout(shape, classes)
    at = _followed(layout, section)
    return _with_block(student, layout[at], at + 1, section)


def run(lab: Lab[Model], candidate: Candidate, section: Section) -> tuple[Candidate, dict[str, Any]]:
    made = deepened(lab, candidate, section)
    return lab.retrained(made, section.training, "deepened student"), {"untrained": lab.validation(made)}


def deepened(lab: Lab[Model], candidate: Candidate, section: Section) -> Candidate:
    """Computes the same as the candidate, integer for integer. Raises InputError."""
    if candidate.spec.scale == "float":
        raise InputError("deepen: a sum at float scales rounds its sides anew; use scale: power_of_two")
    old = lab.layout(candidate.spec)
    at = _followed(old, section)
    spec = _with_block(candidate.spec, old[at], at + 1, section)
    new = lab.layout(spec)
    names = dict(zip(_names(old), _names(new[: at + 1] + new[at + 2 :]), strict=True))
    latent = {_renamed(key, names): array for key, array in candidate.latent.items()}
    masks = {names[name]: mask for name, mask in candidate.masks.items()}
    return replace(candidate, spec=spec, latent=latent | _zeros(new[at + 1]), masks=masks)


def _followed(layout: Sequence[Placed], section: Section) -> int:
    named = {placed.name: i for i, placed in enumerate(layout) if isinstance(placed.layer, Activated)}
    if section.after not in named:
        raise InputError(f'deepen: no layer "{section.after}" to follow{did_you_mean(section.after, named)}')
    return named[section.after]


def _with_block(spec: Student, before: Placed, at: int, section: Section) -> Student:
    layer, bits = before.layer, {"weight_bits": section.weight_bits, "bias_bits": section.bias_bits}
    assert isinstance(layer, Activated)
    if len(before.y) == 3:
        branch: Any = QuantizedConv(filters=before.channels, kernel=3, padding="same", **bits)  # type: ignore[arg-type]
    else:
        branch = QuantizedDense(units=before.channels, **bits)  # type: ignore[arg-type]
    activation = {key: getattr(layer, key) for key in Activated.model_fields}
    block = QuantizedResidual(residual=[branch], **activation)
    return with_layers(spec, [*spec.hidden[:at], block, *spec.hidden[at:]])


def _names(layout: tuple[Placed, ...]) -> list[str]:
    """Of everything that has arrays, in order."""
    found: list[str] = []
    for placed in layout:
        found += _names(placed.branch)
        found += [name for name in (placed.name, placed.norm, placed.activation) if name]
    return found


def _renamed(key: str, names: dict[str, str]) -> str:
    name, part = key.split("/", 1)
    return f"{names.get(name, name)}/{part}"


def _zeros(block: Placed) -> State:
    (layer,) = block.branch
    return {
        f"{layer.name}/kernel": np.zeros(layer.kernel, np.float32),
        f"{layer.name}/bias": np.zeros(layer.channels, np.float32),
    }
