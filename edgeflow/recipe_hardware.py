"""The same recipe on other hardware: ``on(recipe, board="icebreaker", clock_mhz=24, folding="dense_0=2x4")``."""

import re

from edgeflow import catalog
from edgeflow.boards import _board
from edgeflow.errors import InputError
from edgeflow.recipe import Hardware, OnBoard, Recipe, hardware
from edgeflow.recipe_folding import common_problems
from edgeflow.recipe_steps import step_ends


def on(recipe: Recipe, **wanted: object) -> Recipe:
    """The recipe with those keys of its hardware section that are not None; for another board, over what the recipe
    says for it. Raises InputError for what cannot be."""
    said = {key: value for key, value in wanted.items() if value is not None}
    if not said:
        return recipe
    if "folding" in said:
        said["folding"] = _folding(str(said["folding"]))
    there = recipe.hardware.boards.get(str(said.get("board")), OnBoard())
    made = hardware(**recipe.hardware.model_dump() | there.model_dump(exclude_none=True) | said)
    _board.load(made.board).check_clock(made.clock_mhz)
    _check_folding(recipe, made)
    return recipe.model_copy(update={"hardware": made})


def _check_folding(recipe: Recipe, wanted: Hardware) -> None:
    """Before anything is trained."""
    if isinstance(wanted.folding, dict):
        dataset = catalog.load("datasets", recipe.dataset)
        ends = step_ends(recipe.compression, recipe.student, dataset.SHAPE, dataset.CLASSES)
        found = common_problems(wanted.folding, [end.layout(dataset.SHAPE, dataset.CLASSES) for end in ends])
        if found:
            raise InputError("\n".join(f"--folding: {'.'.join(key)}: {message}" for key, message in found))


def _folding(said: str) -> object:
    """A word for all layers, or ``NAME=PExSIMD`` and ``NAME=WORD`` with commas between."""
    if "=" not in said:
        return said
    layers = [part.partition("=") for part in said.split(",")]
    return {name.strip(): _shape(shape.strip()) for name, _, shape in layers}


def _shape(said: str) -> object:
    fold = re.fullmatch(r"(\d{1,6})x(\d{1,6})", said, re.ASCII)
    return {"pe": int(fold[1]), "simd": int(fold[2])} if fold else said
