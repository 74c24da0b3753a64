"""What can go wrong, as exit codes that scripts can use.

    EdgeflowError               1
      InputError                2   a recipe, model, name or value that cannot work
        RecipeError                 every problem of a recipe at once, as file:line:col
        UnknownNameError            with the nearest known name
        UnsupportedLayerError       a node that has no exact lowering
      MissingToolError          3   with the line that installs it
      ToolError                 4   an external program failed; last lines and log path
      DoesNotFitError           5   which resource, how much over, what to change
      MismatchError             6   two rungs of the verification ladder differ
      RegressionError           7   a figure is worse than at the commit before

Every message names the value, the rule and the way out.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class EdgeflowError(Exception):
    exit_code = 1


class InputError(EdgeflowError):
    exit_code = 2


class RecipeError(InputError):
    """All problems of one recipe, one a line."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


class UnknownNameError(InputError):
    """A name that is not in the catalog it was looked up in."""

    def __init__(self, kind: str, name: str, known: Iterable[str]):
        known = sorted(known)
        super().__init__(f'{kind}: no "{name}"{did_you_mean(name, known)}')


class UnsupportedLayerError(InputError):
    pass


class MissingToolError(EdgeflowError):
    exit_code = 3


class ToolError(EdgeflowError):
    exit_code = 4


class DoesNotFitError(EdgeflowError):
    exit_code = 5


class MismatchError(EdgeflowError):
    exit_code = 6


class RegressionError(EdgeflowError):
    exit_code = 7


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The clause that ends an unknown-name message: the nearest name, or all of them."""
    known = sorted(known)
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else f"; known: {', '.join(known) or 'none'}"
