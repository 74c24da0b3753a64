"""Untrusted YAML as plain values with positions: ``parse(text, name) -> Tree``.

A small YAML 1.2: mappings with text keys, lists, text, numbers, booleans, null. Aliases, tags, merge keys and duplicate
keys are problems at their places, so nothing here can grow, run or overwrite.
"""

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from edgeflow.errors import RecipeError

Key = tuple[str, ...]  # path from the root; a list index is its number
Position = tuple[int, int]  # line, column, from 1
TAG = "tag:yaml.org,2002:"
TEXT = (f"{TAG}str", f"{TAG}timestamp")  # a date is text to us
PLAIN = (f"{TAG}int", f"{TAG}float", f"{TAG}bool", f"{TAG}null")


@dataclass
class Tree:
    value: Any = None
    positions: dict[Key, Position] = field(default_factory=lambda: {(): (1, 1)})
    problems: list[tuple[Key, str]] = field(default_factory=list)


def parse(text: str, name: str) -> Tree:
    """The document in ``text``. Raises RecipeError if it is no YAML at all."""
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
        tree = Tree()
        if root is not None:
            tree.value = _Reader(tree, yaml).value(root, ())
        return tree
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise RecipeError([f"{name}{place}: not YAML: {error.problem or error.context}"]) from None
    except YAMLError as error:
        raise RecipeError([f"{name}: not YAML: {str(error).splitlines()[0]}"]) from None
    except RecursionError:
        raise RecipeError([f"{name}: nested too deep; a recipe is a page of YAML"]) from None


class _Reader:
    def __init__(self, tree: Tree, yaml: YAML):
        self.tree, self.yaml = tree, yaml
        self.seen: set[int] = set()

    def value(self, node: Node, key: Key) -> Any:
        self.tree.positions.setdefault(key, _position(node))
        if id(node) in self.seen:
            return self.problem(key, "aliases are not read; write the value out")
        self.seen.add(id(node))
        match node:
            case MappingNode():
                return self.mapping(node, key)
            case SequenceNode():
                return [self.value(item, (*key, str(i))) for i, item in enumerate(node.value)]
            case ScalarNode():
                return self.scalar(node, key)

    def mapping(self, node: MappingNode, key: Key) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name_node, value_node in node.value:
            name = _text(name_node) if isinstance(name_node, ScalarNode) else None
            if name is None or str(name_node.tag) not in TEXT:
                self.tree.problems.append((key, f"the key at {_place(name_node)} is not text; quote it"))
            elif name in values:
                self.tree.problems.append(((*key, name), f"written a second time at {_place(name_node)}; keep one"))
            else:
                self.tree.positions[(*key, name)] = _position(name_node)
                values[name] = self.value(value_node, (*key, name))
        return values

    def scalar(self, node: ScalarNode, key: Key) -> Any:
        tag = str(node.tag)
        if tag in TEXT:
            return _text(node)
        if tag not in PLAIN:
            return self.problem(key, f"the tag {tag} is not read; write plain YAML")
        try:
            return self.yaml.constructor.construct_object(node)
        except (ValueError, YAMLError):
            return self.problem(key, "not a number that can be read")

    def problem(self, key: Key, message: str) -> None:
        self.tree.problems.append((key, message))


def _text(node: ScalarNode) -> str:
    """JSON writes characters beyond 16 bits as two escapes, which YAML reads as two; half of such a pair is none."""
    return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _position(node: Node) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _place(node: Node) -> str:
    line, column = _position(node)
    return f"{line}:{column}"
