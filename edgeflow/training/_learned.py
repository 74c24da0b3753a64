"""Widths that training finds: weight bits are trained along under a budget's pressure, then made whole numbers."""

from collections.abc import Mapping
from typing import Any

from edgeflow.errors import InputError
from edgeflow.recipe import Training
from edgeflow.training._fit import Pressure
from edgeflow.training._framework import Model
from edgeflow.training._lab import Candidate, Lab, kernels_of
from edgeflow.training._widths import widths_of

LEAST, MOST = 2, 16  # bits; one-bit weights are another quantizer, so nothing moves there


def learned(
    lab: Lab[Model], candidate: Candidate, budget: int, price: float, training: Training | None
) -> tuple[Candidate, dict[str, int], dict[str, Any]]:
    """The candidate as it was trained at widths that moved, the whole widths that the budget pays, what was found.

    Raises InputError if the budget pays no widths at all.
    """
    now = {name: bits.get("weight_bits", 1) for name, bits in widths_of(lab.layout(candidate.spec)).items()}
    sizes = {name: kernel.size for name, kernel in kernels_of(candidate.latent).items() if now[name] > 1}
    fixed = lab.weight_bits(candidate.spec) - sum(size * now[name] for name, size in sizes.items())
    least = fixed + LEAST * sum(sizes.values())
    if least > budget:
        raise InputError(f"quantize: a budget of {budget} weight_bits; the least is {least}")
    made, moved = lab.with_free_widths(
        lab.scheduled(candidate, training), Pressure(budget, fixed, price), "student, learning widths"
    )
    found = whole(moved, sizes, budget - fixed)
    rounded = fixed + sum(size * _rounded(moved[name]) for name, size in sizes.items())
    return made, found, {"learned": moved, "widths": found, "weight_bits_rounded": rounded}


def whole(widths: Mapping[str, float], sizes: Mapping[str, int], room: int) -> dict[str, int]:
    """The widths rounded; as long as they take more bits than there is room, the one that was rounded up most, or down
    least, is lowered."""
    found = {name: _rounded(width) for name, width in widths.items()}
    while sum(sizes[name] * width for name, width in found.items()) > room:
        lowest = max((name for name in found if found[name] > LEAST), key=lambda name: found[name] - widths[name])
        found[lowest] -= 1
    return found


def _rounded(width: float) -> int:
    return min(MOST, max(LEAST, round(width)))
