"""Whether ``hardware.folding`` fits a student: its keys name layers, its numbers divide them.

dense      pe divides the units, simd the inputs
conv       pe divides the filters, simd the channels of a pixel, or is all of them times a divisor of the window
depthwise, pool  pe divides the channels, simd the window
pixels     divides the width of the output image
"""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from edgeflow.errors import InputError, did_you_mean
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import divisors
from edgeflow.kernels._window import window_folds
from edgeflow.recipe import Fold, Pixels
from edgeflow.recipe_layers import Conv, Dense, Depthwise, OutputLayer
from edgeflow.recipe_layout import Placed, foldable, window

Problem = tuple[tuple[str, ...], str]  # key in the folding, and what is wrong there


def common_problems(folding: Mapping[str, Any], students: Sequence[tuple[Placed, ...]]) -> list[Problem]:
    """What is wrong for every student that compression may end with, as it is wrong for the first of them."""
    first, *others = [dict(problems(folding, student)) for student in students] or [{}]
    return [(key, message) for key, message in first.items() if all(key in other for other in others)]


def check(folding: Any, student: tuple[Placed, ...], named: tuple[Placed, ...]) -> None:
    """Before anything is generated: ``student`` is what compression left of the recipe's, the ``named`` one.

    Raises InputError with each layer's size, before and now, and what is legal for it.
    """
    found = problems(folding, student) if isinstance(folding, dict) else []
    if found:
        sizes = [{placed.name: _sizes(placed) for placed in foldable(network)} for network in (named, student)]
        lines = [f"hardware.folding.{'.'.join(key)}: {message}; {_fate(key[0], *sizes)}" for key, message in found]
        raise InputError("\n".join(lines))


def _fate(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> str:
    was = f"the recipe's {name} is {before[name]} values" if name in before else f"the recipe has no {name}"
    return f"{was}, and compression {f'made it {now[name]}' if name in now else 'left none'}"


def _sizes(placed: Placed) -> str:
    return f"{prod(placed.x)} to {prod(placed.y)}"


def problems(folding: Mapping[str, Any], student: tuple[Placed, ...]) -> list[Problem]:
    layers = {placed.name: placed for placed in foldable(student)}
    found: list[Problem] = []
    for name, wanted in folding.items():
        if name not in layers:
            found.append(((name,), f"no such layer{did_you_mean(name, layers)}"))
        elif not isinstance(wanted, str):
            found += [((name, field), message) for field, message in _misfits(wanted, layers[name])]
    return found


def _misfits(wanted: Fold | Pixels, placed: Placed) -> Iterator[tuple[str, str]]:
    for field, (legal, what) in (_fold(placed) if isinstance(wanted, Fold) else _pixels(placed)).items():
        value = getattr(wanted, field)
        if value not in legal:
            yield field, f"{value} does not divide {what}; legal: {', '.join(map(str, legal))}"


def _fold(placed: Placed) -> dict[str, tuple[list[int], str]]:
    channels = placed.x[-1]
    match placed.layer:
        case Dense() | OutputLayer():
            return _of(placed.y[0], "outputs", divisors(channels), f"{channels} inputs")
        case Conv():
            (height, width), (rows, columns) = ((1, *sides)[-2:] for sides in (placed.x[:-1], placed.kernel[:-2]))
            geometry = Geometry(height, width, channels, kernel=(rows, columns), after=(rows, columns))
            simd = window_folds(geometry), f"a window of {' x '.join(map(str, placed.kernel[:-1]))} inputs"
            return _of(placed.y[-1], "outputs", *simd)
        case Depthwise():
            taps = prod(placed.kernel[:-2])
        case _:
            taps = window(placed)
    return _of(channels, "channels", divisors(taps), f"{taps} pixels of a window")


def _of(outputs: int, called: str, simd: list[int], inputs: str) -> dict[str, tuple[list[int], str]]:
    return {"pe": (divisors(outputs), f"{outputs} {called}"), "simd": (simd, inputs)}


def _pixels(placed: Placed) -> dict[str, tuple[list[int], str]]:
    width = placed.y[-2] if len(placed.y) > 1 else 1
    return {"pixels": (divisors(width), f"{width} output columns")}
