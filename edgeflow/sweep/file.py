"""Read a sweep's file: ``read(path) -> Plan``, or RecipeError with every mistake at its place.

sweep.yaml:4:3: space.student.hidden.0.wight_bits: unknown key; did you mean "weight_bits"?
sweep.yaml:9:13: objectives.1: figures: no "luts"; did you mean "estimated.luts"?
"""

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ValidationError

from edgeflow import catalog, recipe
from edgeflow._placed import Problem, lines, problem, text_of
from edgeflow._yaml import Key, parse
from edgeflow.errors import InputError, RecipeError, did_you_mean
from edgeflow.recipe import Recipe
from edgeflow.sweep._edit import edited
from edgeflow.sweep.plan import Bound, Limits, Plan, Resources, Sweep
from edgeflow.sweep.space import Dimension, Range


def read(path: Path) -> Plan:
    """The sweep in a file, its base recipe with it. Raises RecipeError and nothing else, whatever the file holds."""
    tree = parse(text_of(path, "sweep"), str(path))
    problems, sweep = list(tree.problems), None
    try:
        sweep = Sweep.model_validate(tree.value)
    except ValidationError as error:
        problems += [problem(detail, tree.positions, _fields) for detail in error.errors(include_url=False)]
    named = tree.value.get("recipe") if isinstance(tree.value, dict) else None
    base_path = path.parent / named if isinstance(named, str) else path
    base = recipe.load(base_path) if base_path != path else None
    if sweep and base:
        text = text_of(base_path, "recipe")
        problems += _size_problems(sweep) + _board_problems(sweep) + _space_problems(sweep, text)
    if problems or sweep is None or base is None:
        raise RecipeError(lines(path, problems, tree, "sweep"))
    return Plan(sweep, text, preload=_preload(base))


def _preload(base: Recipe) -> tuple[str, ...]:
    return ("edgeflow.sweep.trial", f"edgeflow.training.{base.student.framework}", f"edgeflow.datasets.{base.dataset}")


def _fields(section: Key, branches: Iterable[int | str]) -> Iterable[str]:
    """The keys that a section may hold."""
    kinds: dict[Key, type[BaseModel]] = {(): Sweep, ("limits",): Limits, ("resources",): Resources}
    kind = kinds.get(section) or (Range if section[0] == "space" else Bound)
    return kind.model_fields


def _size_problems(sweep: Sweep) -> list[Problem]:
    """A grid has as many trials as points; any other sampler must be told how many."""
    if sweep.sampler != "grid":
        return [] if sweep.trials else [(("trials",), f"missing; the sampler {sweep.sampler} has no end of its own")]
    endless = [d.key for d in sweep.dimensions if not d.size]
    found: list[Problem] = [(("space", key), "a grid needs values or a step") for key in endless]
    if sweep.trials and not endless:
        found.append((("trials",), f"the grid has {sweep.model_copy(update={'trials': None}).total}; leave it out"))
    return found


def _board_problems(sweep: Sweep) -> list[Problem]:
    known = catalog.names("boards")
    if sweep.fits is None or sweep.fits in known:
        return []
    return [(("fits",), f'no boards entry "{sweep.fits}"{did_you_mean(sweep.fits, known)}')]


def _space_problems(sweep: Sweep, base: str) -> list[Problem]:
    """A dimension none of whose values the recipe can have, alone: a misspelt key, or all of them out of range.

    Any other impossible point is a trial that fails: what does not go alone may go with another key's value.
    """
    found: list[Problem] = []
    for dimension in sweep.dimensions:
        complaints = [_complaint(base, dimension, value) for value in dimension.samples()]
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
