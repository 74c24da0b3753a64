"""A recipe with some of its keys changed: ``edited(text, {"student.hidden.0.weight_bits": 3}) -> text``.

Comments and layout of the base stay, so that a point's recipe reads like the one its author wrote.
"""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from edgeflow.errors import InputError


def edited(text: str, changes: dict[str, Any]) -> str:
    """Raises InputError for a key that leads nowhere; whether the result is a recipe, its reader says."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=2, offset=0)
    try:
        root = yaml.load(text)
    except YAMLError as error:
        raise InputError(f"the base recipe is not YAML: {str(error).splitlines()[0]}") from None
    change(root, changes)
    out = StringIO()
    yaml.dump(root, out)
    return out.getvalue()


def change(root: Any, changes: dict[str, Any]) -> Any:
    """The same in place, on a recipe as plain data; returns it."""
    for key, value in changes.items():
        _set(root, key.split("."), value, key)
    return root


def _set(root: Any, path: list[str], value: Any, key: str) -> None:
    node = root
    for part, after in zip(path, path[1:], strict=False):
        step = _step(node, part, key)
        if isinstance(node, dict) and step not in node and not after.isdecimal():
            node[step] = {}  # a section that the base leaves to its defaults
        node = _child(node, step, key)
    last = _step(node, path[-1], key)
    if isinstance(node, list):
        _child(node, last, key)
    node[last] = value


def _step(node: Any, part: str, key: str) -> Any:
    match node:
        case dict():
            return part
        case list() if part.isdecimal():
            return int(part)
    what = f"a list; count from 0, not {part!r}" if isinstance(node, list) else f"{node!r}, which has no {part!r} in it"
    raise InputError(f"{key}: there is {what}")


def _child(node: Any, step: Any, key: str) -> Any:
    try:
        return node[step]
    except IndexError:
        raise InputError(f"{key}: the list has {len(node)} items, the last one is {len(node) - 1}") from None
    except KeyError:
        raise InputError(f"{key}: the base recipe has no {step!r}") from None
