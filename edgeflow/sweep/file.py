"""Read a sweep's file: ``read(path) -> Plan``, or RecipeError with every mistake at its place.

sweep.yaml:4:3: space.student.hidden.0.wight_bits: unknown key; did you mean "weight_bits"?
sweep.yaml:9:13: objectives.1: figures: no "luts"; did you mean "estimated.luts" or "routed.luts"?
"""

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from edgeflow import catalog, recipe
from edgeflow._placed import Problem, lines, problem, text_of, valid
from edgeflow._yaml import Key, parse
from edgeflow.errors import InputError, RecipeError
from edgeflow.recipe import Recipe
from edgeflow.sweep._edit import edited
from edgeflow.sweep.plan import SAMPLERS, Axis, Bound, Limits, Plan, Resources, Sweep, grid_size
from edgeflow.sweep.space import Dimension, Range


def read(path: Path) -> Plan:
    """The sweep in a file, its base recipe with it. Raises RecipeError and nothing else, whatever the file holds."""
    tree = parse(text_of(path, "sweep"), str(path))
    problems, sweep = list(tree.problems), None
    try:
        sweep = Sweep.model_validate(tree.value)
    except ValidationError as error:
        problems += [problem(detail, tree.positions, _fields) for detail in error.errors(include_url=False)]
    base = _base(path, tree.value)
    problems += (
        base.missing + _size_problems(tree.value) + (_space_problems(tree.value, base.text) if base.text else [])
    )
    said = (lines(path, problems, tree, "sweep") if problems else []) + base.problems
    if said or sweep is None or base.recipe is None:
        raise RecipeError(said)
    return Plan(sweep, base.text, preload=_preload(base.recipe))


@dataclass(frozen=True)
class _Base:
    """The base recipe as far as it can be read."""

    text: str = ""
    recipe: Recipe | None = None
    missing: list[Problem] = field(default_factory=list)  # in the sweep's file
    problems: list[str] = field(default_factory=list)  # in its own


def _base(path: Path, value: Any) -> _Base:
    named = value.get("recipe") if isinstance(value, dict) else None
    if not isinstance(named, str):
        return _Base()
    base_path = path.parent / named
    try:
        text = text_of(base_path, "recipe")
    except RecipeError as error:
        return _Base(missing=[(("recipe",), problem) for problem in error.problems])
    try:
        parse(text, str(base_path))
    except RecipeError as error:
        return _Base(problems=error.problems)
    try:
        return _Base(text, recipe.load(base_path))
    except RecipeError as error:
        return _Base(text, problems=error.problems)


def _preload(base: Recipe) -> tuple[str, ...]:
    return ("edgeflow.sweep.trial", f"edgeflow.training.{base.student.framework}", f"edgeflow.datasets.{base.dataset}")


def _fields(section: Key, branches: Iterable[int | str]) -> Iterable[str]:
    """The keys that a section may hold."""
    kinds: dict[Key, type[BaseModel]] = {(): Sweep, ("limits",): Limits, ("resources",): Resources}
    kind = kinds.get(section) or (Range if section[0] == "space" else Bound)
    return kind.model_fields


def _dimensions(value: Any) -> list[Dimension]:
    """Those that are right in themselves."""
    space = value.get("space") if isinstance(value, dict) else None
    found = [(key, valid(Axis, axis)) for key, axis in space.items()] if isinstance(space, dict) else []
    return [Dimension(key, axis) for key, axis in found if axis is not None]


def _size_problems(value: Any) -> list[Problem]:
    """A grid has as many trials as points; any other sampler must be told how many."""
    if not isinstance(value, dict):
        return []
    sampler, trials = value.get("sampler", Sweep.model_fields["sampler"].default), value.get("trials")
    if sampler != "grid":
        known = sampler in catalog.names(SAMPLERS)
        return [(("trials",), f"missing; the sampler {sampler} has no end of its own")] if known and not trials else []
    dimensions = _dimensions(value)
    endless = [d.key for d in dimensions if not d.size]
    found: list[Problem] = [(("space", key), "a grid needs values or a step") for key in endless]
    if trials and not endless and dimensions:
        found.append((("trials",), f"the grid has {grid_size(dimensions)}; leave it out"))
    return found


def _space_problems(value: Any, base: str) -> list[Problem]:
    """A dimension none of whose values the recipe can have, alone: a misspelt key, or all of them out of range.

    Any other impossible point is a trial that fails: what does not go alone may go with another key's value.
    """
    found: list[Problem] = []
    for dimension in _dimensions(value) if base else []:
        complaints = [_complaint(base, dimension, sample) for sample in dimension.samples()]
        if all(complaints):
            found.append((("space", dimension.key), complaints[0]))
    return found


def _complaint(base: str, dimension: Dimension, value: object) -> str:
    """What the recipe's reader says against this value at its key; nothing if it is content there."""
    with tempfile.TemporaryDirectory(prefix="edgeflow-sweep-") as folder:
        path = Path(folder) / "recipe.yaml"
        try:
            path.write_text(edited(base, {dimension.key: value}))
            recipe.load(path)
        except RecipeError as error:
            parts = [re.match(r"\d+:\d+: (\S+): (.*)", line.removeprefix(f"{path}:")) for line in error.problems]
            told = {part[1]: part[2] for part in parts if part}
            at = [message for key, message in told.items() if f"{key}.".startswith(f"{dimension.key}.")]
            return at[0] if at else ""
        except InputError as error:
            return str(error).removeprefix(f"{dimension.key}: ")
    return ""
