"""What to do after a sweep: its law in words, what a tenfold budget would buy, and which point to try next."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow import catalog
from edgeflow._yaml import parse
from edgeflow.errors import InputError
from edgeflow.recipe import Recipe
from edgeflow.recipe_cost import Cost, quantized_cost
from edgeflow.sweep import law as laws
from edgeflow.sweep._edit import change
from edgeflow.sweep.law import Law
from edgeflow.sweep.plan import Plan, Point
from edgeflow.sweep.result import Result
from edgeflow.sweep.space import Dimension

CANDIDATES = 100  # sizes that the next point is looked for among
REACH = 2  # what more bits than any tried could be worth
STEPS = 5  # values that stand for a range
LEAST_GAIN = 5e-4  # error times e-folds of bits; less is noise


@dataclass(frozen=True)
class Next:
    point: Point
    bits: float
    error: tuple[float, float, float]
    gain: float  # expected: error below the least known at so many bits and more, times e-folds of bits


def lines(plan: Plan, results: list[Result]) -> list[str]:
    """All of it for a person."""
    try:
        law = laws.fit(results, plan.sweep.seed)
    except InputError as error:
        return [str(error)]
    return [_law_line(law), _tenfold_line(law), _next_line(next_point(plan, results, law))]


def next_point(plan: Plan, results: list[Result], law: Law) -> Next | None:
    """The untried size of the space that is expected to widen the front of error against log bits most.

    Keys that change no size keep the values of the trial nearest in bits among the best.
    """
    done = [result for result in results if not result.failure]
    tried = {(size.bits, size.macs) for size in law.sizes}
    noise = np.random.default_rng(plan.sweep.seed).normal(0, law.spread, len(law.fits))
    base, found = parse(plan.recipe, "recipe").value, list[Next]()
    for point in islice(_size_points(plan), CANDIDATES):
        size = size_of(base, point)
        if size is None or (size.weight_bits, size.macs) in tried:
            continue
        errors = law.errors(size.weight_bits, size.macs) * np.exp(noise)
        gain = _gain(law, size.weight_bits, errors)
        nearest = min(done, key=lambda r: (abs(r.figures["weight_bits"] - size.weight_bits), -r.figures["accuracy"]))
        expected = law.expected(size.weight_bits, size.macs)
        found.append(Next(nearest.point | point, size.weight_bits, expected, gain))
    best = max(found, key=lambda candidate: candidate.gain, default=None)
    return best if best and best.gain >= LEAST_GAIN else None


def _gain(law: Law, bits: float, errors: NDArray[np.float64]) -> float:
    """The area that a trial of so many bits is expected to win between its error and the least known ones.

    The known ones are steps: each holds from its bits to the next one's, the last to REACH times the largest bits.
    """
    known = sorted((size.bits, size.error) for size in law.sizes)
    least, end = max(error for _, error in known), REACH * max(bits, known[-1][0])
    edges = [bits, *(other for other, _ in known if other > bits), end]
    won = 0.0
    for start, stop in zip(edges, edges[1:], strict=False):
        step = min((error for other, error in known if other <= start), default=least)
        won += float(np.maximum(0, step - errors).mean() * np.log(stop / start))
    return won


def size_of(base: Any, changes: Point) -> Cost | None:
    """What the student of a point costs by counting, before any training; None if there can be none. ``base`` is the
    recipe as plain data."""
    try:
        recipe = Recipe.model_validate(change(deepcopy(base), changes))
        data = catalog.load("datasets", recipe.dataset)
        return quantized_cost(recipe.student.layout(data.SHAPE, data.CLASSES), recipe.student)
    except (InputError, ValueError):
        return None


def _size_points(plan: Plan) -> Iterator[Point]:
    """Combinations of the keys that change a student's size, in an order that spreads over them."""
    dimensions = [d for d in plan.sweep.dimensions if d.key.startswith("student.")]
    points = [
        dict(zip((d.key for d in dimensions), values, strict=True)) for values in product(*map(_values, dimensions))
    ]
    if dimensions:
        yield from (points[i] for i in np.random.default_rng(plan.sweep.seed).permutation(len(points)))


def _values(dimension: Dimension) -> list[object]:
    if isinstance(dimension.axis, list):
        return dimension.axis
    if not dimension.size:
        return list(np.linspace(dimension.axis.low, dimension.axis.high, STEPS).tolist())
    values = dimension.values()
    return values[:: max(1, len(values) // STEPS)]


def _law_line(law: Law) -> str:
    falls = ["{} ** -({:.2f}, {:.2f} to {:.2f})".format(term, *law.exponent(term)) for term in law.terms]
    floor, low, high = law.floor
    return (
        f"scaling law of {len(law.sizes)} sizes: validation error = {floor:.2%} ({low:.2%} to {high:.2%}) + "
        f"{np.exp(law.fits[0, 1]):.3g} x {' x '.join(falls)}; 95 % intervals"
    )


def _tenfold_line(law: Law) -> str:
    best = min(law.sizes, key=lambda size: (size.error, size.bits))
    error, low, high = law.expected(10 * best.bits, 10 * best.macs)
    largest = max(size.bits for size in law.sizes)
    return (
        f"ten times the {best.bits:.0f} bits and {best.macs:.0f} MACs of the most accurate trial: error {error:.2%} "
        f"({low:.2%} to {high:.2%}), where it is {best.error:.2%}; extrapolated {10 * best.bits / largest:.1f} times "
        "beyond the largest tried"
    )


def _next_line(found: Next | None) -> str:
    if found is None:
        return "next: no untried size of this space is expected to lower the error at its bits; widen the space"
    error, low, high = found.error
    spelled = ", ".join(f"{key}={value}" for key, value in found.point.items())
    return f"next: {spelled} ({found.bits:.0f} bits), error {error:.2%} ({low:.2%} to {high:.2%}) expected"
