"""What is wrong in a YAML file, each mistake at its place: pydantic's complaints as ``file:line:col: key: rule``."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from edgeflow._yaml import Key, Position, Tree
from edgeflow.errors import RecipeError, did_you_mean

Problem = tuple[Key, str]  # where, and what is wrong there
Fields = Callable[[Key, Iterable[int | str]], Iterable[str]]  # section, branches of unions -> the keys it may hold
MAX_BYTES = 64 * 1024


def text_of(path: Path, what: str) -> str:
    """The file's text. Raises RecipeError if it is no short text."""
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise RecipeError([f"{path}: larger than {MAX_BYTES} bytes; a {what} is a page of YAML"])
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise RecipeError([f"{path}: {reason}; wanted is the YAML file of a {what}, such as {what}.yaml"]) from None


def lines(path: Path, problems: list[Problem], tree: Tree, root: str) -> list[str]:
    """One line a problem, in the file's order; ``root`` names the whole document."""
    placed = sorted((_position(key, tree.positions), key, message) for key, message in dict.fromkeys(problems))
    return [
        _printable(f"{path}:{line}:{column}: {'.'.join(map(str, key)) or root}: {message}")
        for (line, column), key, message in placed
    ]


def problem(detail: ErrorDetails, positions: dict[Key, Position], fields: Fields) -> Problem:
    """One of pydantic's errors in the user's words."""
    key: Key = ()
    for part in detail["loc"]:  # pydantic also names the branch of a union there: not a place in the file
        if (*key, str(part)) in positions or (detail["type"] == "missing" and part == detail["loc"][-1]):
            key = (*key, str(part))
    match detail["type"]:
        case "extra_forbidden":
            return key, f"unknown key{did_you_mean(key[-1], fields(key[:-1], detail['loc'][:-1]))}"
        case "missing":
            return key, "missing; it has no default"
        case "value_error":
            return key, detail["msg"].removeprefix("Value error, ")
        case "model_type" | "dict_type":
            return key, f"{_short(detail['input'])} should be a section of keys"
        case _:
            return key, detail["msg"].replace("Input", _short(detail["input"]), 1)


def valid(section: Any, value: Any) -> Any:
    """The value as this section, or any other type, has it; None if it is wrong in itself."""
    try:
        return TypeAdapter(section).validate_python(value)
    except ValidationError:
        return None


def _position(key: Key, positions: dict[Key, Position]) -> Position:
    """Of the key, or of the section that lacks it."""
    while key not in positions:
        key = key[:-1]
    return positions[key]


def _printable(line: str) -> str:
    """Recipes are untrusted text: no control characters reach the terminal."""
    return "".join(c if c.isprintable() else "?" for c in line)


def _short(value: Any) -> str:
    match value:
        case dict():
            return "a section"
        case list():
            return "a list"
        case None:
            return "nothing"
        case _:
            return repr(value)[:60]
