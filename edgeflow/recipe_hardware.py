"""The same recipe on other hardware: ``on(recipe, board="icebreaker", clock_mhz=24, folding="folded")``."""

from edgeflow.boards import _board
from edgeflow.recipe import Recipe, hardware


def on(recipe: Recipe, **wanted: object) -> Recipe:
    """The recipe with those keys of its hardware section that are not None. Raises InputError for what cannot be."""
    said = {key: value for key, value in wanted.items() if value is not None}
    if not said:
        return recipe
    made = hardware(**recipe.hardware.model_dump() | said)
    _board.load(made.board).check_clock(made.clock_mhz)
    return recipe.model_copy(update={"hardware": made})
