"""What the command line fits: a recipe, a model file, or the best point of a finished sweep."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgeflow import fit_source as source
from edgeflow import recipe as recipes
from edgeflow.boards import _board
from edgeflow.errors import DoesNotFitError, InputError
from edgeflow.fit.fit import fit
from edgeflow.fit.goal import Goal
from edgeflow.fit.needs import needs
from edgeflow.fit.result import Fitted
from edgeflow.fit.wanted import Wanted
from edgeflow.fit_source import Source
from edgeflow.recipe import Recipe
from edgeflow.stages import Context
from edgeflow.sweep import front
from edgeflow.sweep._edit import edited
from edgeflow.sweep._task import RECIPE
from edgeflow.sweep.folder import Folder
from edgeflow.sweep.plan import Bound

RECIPES = (".yaml", ".yml")
DEFAULT_BOARD = "ulx3s"  # of a model file, which names none


@dataclass(frozen=True)
class Wish:
    board: str | None
    goal: Goal
    train: bool = False


@dataclass(frozen=True)
class Done:
    fitted: Fitted
    recipe: Path | None  # that was fitted

    def write(self, path: Path) -> Path:
        """The recipe with the board, clock and folding that were found; its comments and all else stay."""
        if self.recipe is None:
            raise InputError(f"--write: {path}: a model file has no recipe; edgeflow import takes --folding instead")
        found = self.fitted
        hardware = {"board": found.board, "clock_mhz": found.clock_mhz, "folding": found.folding}
        text = edited(self.recipe.read_text(), {f"hardware.{key}": value for key, value in hardware.items()})
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        recipes.load(path)  # what we write, we can read
        return path


def of_model(model: Path, wish: Wish, context: Context) -> Done:
    """Raises DoesNotFitError with what would fit, or what reading the model raises."""
    if model.suffix in RECIPES:
        return _of_recipe(model, wish, context)
    found = source.of_file(model)
    return Done(fit(_wanted(found, wish.goal), _board.load(wish.board or DEFAULT_BOARD), context.progress), None)


def of_sweep(root: Path, min_accuracy: float | None, wish: Wish, context: Context) -> Done:
    """With ``min_accuracy`` the fastest of the front's points that have it, or the smallest where the goal asks for a
    rate; without it the most accurate point that fits. Raises DoesNotFitError if none does."""
    folder = Folder.open(root)
    points = sorted(_points(folder, min_accuracy), key=lambda point: -point[1])
    done: list[Done] = []
    refused: list[str] = []
    for path, accuracy in points:
        context.progress(f"fit {path.parent.name}, {accuracy:.2%} right")
        try:
            done.append(_of_recipe(path, wish, context))
        except DoesNotFitError as error:
            refused.append(f"trial {int(path.parent.name)}, {accuracy:.2%} right: {error}")
            continue
        if min_accuracy is None:
            break
    if not done:
        raise DoesNotFitError("\n".join(refused))
    return min(done, key=_smallest if wish.goal.asks else _fastest)


def _points(folder: Folder, min_accuracy: float | None) -> list[tuple[Path, float]]:
    """Recipes of the front's points that are right often enough, with how often they are."""
    sweep = folder.plan().sweep
    found = [result for result in front.front(folder.results(), sweep) if "accuracy" in result.figures]
    if not found:
        raise InputError(f"{folder.root}: no finished trial is on the front; edgeflow sweep show tells why")
    bound = Bound(at_least=min_accuracy or 0.0)
    good = [result for result in found if bound.violation(result.figures["accuracy"]) <= 0]
    if not good:
        best = max(result.figures["accuracy"] for result in found)
        raise InputError(f"--min-accuracy: {min_accuracy:g} is more than the front has; its best is {best:.4f}")
    return [(folder.home(result.number) / RECIPE, result.figures["accuracy"]) for result in good]


def _of_recipe(path: Path, wish: Wish, context: Context) -> Done:
    wanted = recipes.load(path)
    board = _board.load(wish.board or wanted.hardware.board)
    found = source.of_recipe(wanted, context, wish.train)
    return Done(fit(_wanted(found, wish.goal), board, context.progress, _narrower(wanted, wish.goal)), path)


def _wanted(found: Source, goal: Goal) -> Wanted:
    return Wanted(found.network, goal, needs, found.names, found.notes)


def _narrower(recipe: Recipe, goal: Goal) -> Callable[[int], Wanted | None]:
    def made(bits: int) -> Wanted | None:
        less = source.narrower(recipe, bits)
        return _wanted(source.drawn(less), goal) if less else None

    return made


def _smallest(done: Done) -> float:
    return max(need / max(done.fitted.room[name], 0.5) for name, need in done.fitted.cells.items())


def _fastest(done: Done) -> float:
    return -done.fitted.fps
