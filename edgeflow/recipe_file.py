"""Read a recipe file: ``read(path) -> Recipe``, or RecipeError with every mistake at its place.

models/digits/recipe.yaml:9:7: student.hidden.0.wight_bits: unknown key; did you mean "weight_bits"?
models/digits/recipe.yaml:24:18: hardware.folding.dense_0.pe: 5 does not divide 32 outputs; legal: 1, 2, 4, 8, 16, 32
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from edgeflow import catalog
from edgeflow._placed import Problem, lines, problem, text_of, valid
from edgeflow._yaml import Key, parse
from edgeflow.boards import _board
from edgeflow.errors import InputError, RecipeError
from edgeflow.recipe import FOLDINGS, FloatNetwork, Hardware, Recipe, Student, Teacher
from edgeflow.recipe_folding import common_problems
from edgeflow.recipe_frameworks import layer_problems
from edgeflow.recipe_frameworks import problems as framework_problems
from edgeflow.recipe_layers import TAGS
from edgeflow.recipe_layout import MisfitError, Placed, Shape
from edgeflow.recipe_steps import KIND, AnyStep, Step, step_ends, step_model, step_problems
from edgeflow.rtl.names import KEYWORDS


def read(path: Path) -> Recipe:
    """The recipe in a file. Raises RecipeError and nothing else, whatever the file holds."""
    tree = parse(text_of(path, "recipe"), str(path))
    problems = list(tree.problems)
    recipe = None
    try:
        recipe = Recipe.model_validate(tree.value)
    except ValidationError as error:
        problems += [problem(detail, tree.positions, _fields) for detail in error.errors(include_url=False)]
    problems += _cross_problems(tree.value)
    if problems or recipe is None:
        raise RecipeError(lines(path, problems, tree, "recipe"))
    return recipe


def _fields(section: Key, branches: Iterable[int | str]) -> list[str]:
    """The keys that a section may hold; in a union, those of the branch that it was taken for."""
    model: type[BaseModel] = Recipe
    for part in section:
        if model is Step and part in catalog.names(KIND):
            model = step_model(part)
        if part in model.model_fields:
            model = next(_models(model.model_fields[part].annotation), model)
    tags = TAGS | FOLDINGS
    tagged = [tags[str(tag)] for tag in branches if tag in tags]
    return list((tagged[-1] if tagged else model).model_fields)


def _models(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _cross_problems(value: Any) -> list[Problem]:
    """Rules between sections, for the sections that are right in themselves."""
    if not isinstance(value, dict):
        return []
    hardware, dataset = valid(Hardware, value.get("hardware", {})), value.get("dataset")
    problems = _name_problems(value.get("name")) + (_clock_problems(hardware) if hardware else [])
    student = valid(Student, value.get("student"))
    problems += framework_problems(student) if student else []
    if dataset not in catalog.names("datasets"):
        return problems
    module = catalog.load("datasets", dataset)
    problems += _step_problems(value.get("compression"), module.SHAPE, student)
    for section, kind in (("teacher", Teacher), ("baseline", FloatNetwork)):
        problems += _layout(section, valid(kind, value.get(section)), module)[1]
    placed, misfits = _layout("student", student, module)
    problems += layer_problems(student, placed) if student else []
    if student and hardware and placed:
        ends = _ends(value.get("compression"), student, module)
        problems += _folding_problems(hardware, ends)
    return problems + misfits


def _ends(steps: Any, student: Student, dataset: ModuleType) -> list[tuple[Placed, ...]]:
    """What compression may leave, as far as it is known before training."""
    right = [step for value in (steps if isinstance(steps, list) else []) if (step := valid(AnyStep, value))]
    ends = step_ends(right, student, dataset.SHAPE, dataset.CLASSES)
    return [end.layout(dataset.SHAPE, dataset.CLASSES) for end in ends]


def _layout(
    section: str, network: FloatNetwork | Student | None, dataset: ModuleType
) -> tuple[tuple[Placed, ...], list[Problem]]:
    """The network's layers at their places, or why they do not fit; neither, if the section is wrong in itself."""
    try:
        return network.layout(dataset.SHAPE, dataset.CLASSES) if network else (), []
    except MisfitError as error:
        return (), [((section, "hidden", *error.place), error.message)]


def _name_problems(name: Any) -> list[Problem]:
    """The name becomes that of the top module."""
    return (
        [(("name",), f'"{name}" is a SystemVerilog keyword; choose another')]
        if isinstance(name, str) and name in KEYWORDS
        else []
    )


def _clock_problems(hardware: Hardware) -> list[Problem]:
    """Of every board's own clock; a board that says none may still get one on the command line."""
    problems: list[Problem] = []
    for key, board, clock_mhz in _clocks(hardware):
        try:
            _board.load(board).check_clock(clock_mhz)
        except InputError as error:
            problems.append(((*key, "clock_mhz"), str(error)))
    return problems


def _clocks(hardware: Hardware) -> Iterator[tuple[Key, str, float]]:
    yield ("hardware",), hardware.board, hardware.clock_mhz
    for board, own in hardware.boards.items():
        if own.clock_mhz is not None:
            yield ("hardware", "boards", board), board, own.clock_mhz


def _folding_problems(hardware: Hardware, ends: Sequence[tuple[Placed, ...]]) -> list[Problem]:
    said: dict[Key, Any] = {("hardware",): hardware.folding}
    said |= {("hardware", "boards", board): own.folding for board, own in hardware.boards.items()}
    return [
        ((*key, "folding", *at), message)
        for key, folding in said.items()
        if isinstance(folding, dict)
        for at, message in common_problems(folding, ends)
    ]


def _step_problems(steps: Any, shape: Shape, student: Student | None) -> list[Problem]:
    return [
        (("compression", str(i), *key), message)
        for i, value in enumerate(steps if isinstance(steps, list) else [])
        if (step := valid(AnyStep, value))
        for key, message in step_problems(step, shape, student)
    ]
